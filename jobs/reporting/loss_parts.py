"""The parts of a night's page about losses: who lost, who is about to, when and on what."""

from collections.abc import Sequence
from typing import Any, Final

from models.report import charts
from models.report.parts import NONE, Chart, Part, Table, number, percent
from pumploss.money import SOL_DECIMALS

_SOL: Final = 10.0**SOL_DECIMALS
#: Title, words and column of each board.
_BOARDS: Final = {
    "gross": ("Who lost most by losing sells", "Sum of sells below cost.", "realised_loss_lamports"),
    "net": (
        "Who lost most net",
        "Gains set off, and what is still held at its exit value.",
        "equity_change_lamports",
    ),
}


def sol(lamports: int | None) -> str:
    """Write an amount in SOL."""
    return NONE if lamports is None else f"{lamports / _SOL:,.4f}"


def losers(boards: dict[str, Any]) -> list[Part]:
    """Show who lost most, by losing sells and net."""
    head = ("trader", "SOL", "losing sells", "trades")
    found = []
    for name, (title, words, column) in _BOARDS.items():
        listed = [
            [row["trader_address"], sol(row[column]), str(row["loss_count"]), str(row["trade_count"])]
            for row in boards[name]
        ]
        if listed:
            found.append(Part(title, words, (), [Table("Traders", head, listed, has_addresses=True)], is_wide=True))
    return found


def expected(rows: Sequence[dict[str, Any]]) -> list[Part]:
    """Show who is expected to lose most."""
    if not rows:
        return []
    head = ("trader", "expected loss, SOL", "severe loss", "risk score", "band")
    listed = []
    for row in rows:
        figures = f"{row['expected_loss_sol']:,.3f}", percent(row["p_severe"]), f"{row['risk_score']:.0f}"
        listed.append([row["trader_address"], *figures, row["risk_band"]])
    words = "Expected loss over the horizon that begins at the close of the day, gains counted as 0."
    return [Part("Who is about to lose", words, (), [Table("Scores", head, listed, has_addresses=True)], is_wide=True)]


def hours(lost: Sequence[float]) -> list[Part]:
    """Show in which hours losing sells were made."""
    if not any(lost):
        return []
    named = [f"{hour:02}" for hour in range(24)]
    cells = [[hour, number(value)] for hour, value in zip(named, lost, strict=True)]
    chart = Chart("", charts.lines(named, {"SOL lost by losing sells": lost}))
    words = "Losing sells by the UTC hour of the sale."
    return [Part("When it was lost", words, [chart], [Table("SOL lost by hour", ("hour, UTC", "SOL"), cells)])]


def tokens(rows: Sequence[dict[str, Any]]) -> list[Part]:
    """Show on which mints most was lost."""
    if not rows:
        return []
    listed, bars = [], []
    for row in rows:
        mint, result = row["token_mint"], row["realised_pnl_lamports"]
        listed.append([mint, sol(result), sol(row["volume_lamports"]), str(row["trader_count"])])
        bars.append({"name": f"{mint[:4]}...{mint[-4:]}", "lost": -result / _SOL})
    table = Table("Mints", ("mint", "result, SOL", "volume, SOL", "traders"), listed, has_addresses=True)
    words = "The mints on which traders together realised the largest losses, gains of other traders set off."
    return [Part("On what it was lost", words, [Chart("", charts.bars(bars, "lost", "SOL lost"))], [table])]
