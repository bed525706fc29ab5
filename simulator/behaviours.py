"""Declares the behaviours that a market is drawn with, each with a strength that can be set to nothing."""

from dataclasses import dataclass, fields, replace
from typing import Final

from pumploss.errors import SettingsError

#: Parameters that are shares or chances; the others may be any number from 0 on, or any number at all.
_SHARES: Final = (
    "going_on", "sniped_share", "bundled_share", "bot_share", "shared_wallets", "co_buying", "quitting",
)  # fmt: skip
_SIGNED: Final = (
    "stake_after_loss", "stake_after_win", "speed_after_loss", "speed_after_win", "going_on_after_loss",
    "going_on_after_win", "drawdown_stake", "learning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Behaviours:
    """Says how strong each behaviour of a market is; 0 draws the market without it.

    Strengths of wallets differ: what stands here is the mean of people, and bots have none of the first four groups.
    """

    #: Chasing: change of the natural log of the stake, of minus that of the seconds until the next entry, and of the
    #: chance of an entry at all, where the last position was closed with a loss or with a win in the half hour before.
    #: `going_on` is the chance of one more entry soon after a position is closed, whatever came of it.
    going_on: float = 0.1
    stake_after_loss: float = 0.3
    stake_after_win: float = 0.2
    speed_after_loss: float = 0.6
    speed_after_win: float = 0.2
    going_on_after_loss: float = 0.12
    going_on_after_win: float = 0.06
    #: Change of the log of the stake when the balance of a wallet is ten usual stakes below its best.
    drawdown_stake: float = -0.25
    #: Disposition: 1 is the usual readiness to sell winners early, to put off losing sales, and to keep bags.
    disposition: float = 1.0
    #: Learning: what the natural log of a wallet's closed positions adds to its skill, in standard deviations.
    learning: float = 0.2
    #: Quitting: chance a day that a wallet which lost five usual stakes from its best, and traded, never comes back.
    quitting: float = 0.04
    #: Regimes: how good a good day is and how bad a bad one, 1 as usual; days that one lasts in the mean.
    regime: float = 1.0
    regime_days: float = 6.0
    #: Shares of launches that a bot buys in the slot of the launch, and that several wallets of the creator do.
    sniped_share: float = 0.5
    bundled_share: float = 0.03
    #: Share of regular wallets that are bots: awake at any hour, identical stakes, in at once and soon out.
    bot_share: float = 0.004
    #: Share of regular wallets that are one of several of their owner, and how often these buy together in one slot.
    shared_wallets: float = 0.06
    co_buying: float = 0.35

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 1.0 if field.name == "regime_days" else 0.0
            if field.name in _SHARES and not 0 <= value <= 1:
                raise SettingsError(f"behaviours: {field.name} is {value} and must lie in 0..1")
            if field.name not in _SIGNED and value < least:
                raise SettingsError(f"behaviours: {field.name} is {value} and must be at least {least:g}")

    def only(self, *names: str) -> "Behaviours":
        """Keep the named parameters and set all others to nothing."""
        return replace(NOTHING, **{name: getattr(self, name) for name in names})


#: A market of wallets with lasting traits and nothing else.
NOTHING: Final = Behaviours(
    **{field.name: 1.0 if field.name == "regime_days" else 0.0 for field in fields(Behaviours)},
)
