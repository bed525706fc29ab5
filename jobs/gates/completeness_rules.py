"""What a dump that is whole does not do: rules that compare a day of a source with the days before it."""

from dataclasses import dataclass
from datetime import date

from pumploss.checks.judging import bounds_text
from pumploss.contract import Check, Metric
from pumploss.money import LAMPORTS_PER_SOL


@dataclass(frozen=True)
class Rule:
    """A check, and the trades of a usual day below which chance alone breaks its bounds, so that it only warns."""

    check: Check
    least_trades: int


def _ratio(subject: str, what: str, least_trades: int) -> Rule:
    why = (
        f"{what} by a third from one day to the next, threefold on the wildest days ever; less is a dump that was cut, "
        "more is one that holds several days"
    )
    return Rule(Check(Metric.TRAILING_RATIO, subject, why, lowest=0.6, highest=3.0), least_trades)


def _change(
    subject: str, why: str, least_trades: int, lowest: float | None = None, highest: float | None = None
) -> Rule:
    return Rule(Check(Metric.TRAILING_CHANGE, subject, why, lowest=lowest, highest=highest), least_trades)


#: The fewest trades are those at which simulated markets without behaviours stayed inside the bounds for hundreds of
#: days; with them, volume at 300 trades a day fell to 0.54 on one of 90 days, and at 450 to no less than 0.63.
RULES = (
    _ratio("rows", "trades vary", 50),
    _ratio("traders", "wallets vary", 100),
    _ratio("mints", "traded tokens vary", 300),
    _ratio("sol_lamports", "volume varies", 300),
    _change(
        "hours", "a market that never sleeps trades in every hour; a cut or shifted day does not", 2_400, lowest=-2
    ),
    _change(
        "before_share", "an hour's shift of the clock moves about 4 % of a day to the day before", 100, highest=0.03
    ),
    _change("quarantined_share", "a new layout or unit shows as lines that are refused", 100, highest=0.02),
    _change("future_share", "an hour's shift of the clock dates trades after their dump day", 100, highest=0.01),
)
CHECKS = tuple(rule.check for rule in RULES)


@dataclass(frozen=True)
class Finding:
    """A rule that a day of a source broke: the value, its median over so many earlier days, and how they compare."""

    rule: Rule
    day: date
    source: str
    value: float
    usual: float
    earlier: int
    compared: float
    is_stop: bool

    @property
    def dump(self) -> tuple[date, str]:
        """The dump day and the source."""
        return self.day, self.source

    @property
    def subject(self) -> str:
        """The measure."""
        return self.rule.check.subject

    def __str__(self) -> str:
        check = self.rule.check
        return (
            f"{self.day} {self.source}: {self.subject} is {_said(self.subject, self.value)}, the median of "
            f"{self.earlier} earlier days is {_said(self.subject, self.usual)}; {check.metric.value} "
            f"{self.compared:.3g} is outside {bounds_text(check)}: {check.why}"
        )


def _said(subject: str, value: float) -> str:
    """Shows a measure with its unit, for people."""
    if subject == "sol_lamports":
        return f"{value / LAMPORTS_PER_SOL:,.3f} SOL"
    return f"{value:.2%}" if subject.endswith("_share") else f"{value:,.0f}"
