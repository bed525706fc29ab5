"""Trades as they happened, before any source writes them down; the same for every call with the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sources.interpreting.addresses import ALPHABET

#: The dump day of all trades, and its first second.
DAY = date(2026, 1, 2)
MIDNIGHT = int(datetime.combine(DAY, time(), UTC).timestamp())
_CURVE, _AMM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
#: Any text of 44 letters that begins with one of these stands for 32 bytes, and any of 88 for 64.
_FIRST_LETTERS = "2345"


@dataclass(frozen=True)
class Trade:
    """What happened, before a source writes it down in its own units."""

    number: int
    second: int
    slot: int
    tx_index: int
    outer: int
    inner: int | None
    signature: str
    wallet: str
    mint: str
    pool: str
    is_buy: bool
    token_units: int
    sol_lamports: int
    is_curve: bool

    @property
    def program(self) -> str:
        """Address of the program that ran the trade."""
        return _CURVE if self.is_curve else _AMM

    @property
    def tokens(self) -> str:
        """Whole tokens as decimal text."""
        return whole(self.token_units, 6)

    @property
    def sol(self) -> str:
        """Whole SOL as decimal text."""
        return whole(self.sol_lamports, 9)

    def at(self, form: str) -> str:
        """The time of the trade in UTC."""
        return datetime.fromtimestamp(self.second, UTC).strftime(form)


def trades(count: int, seed: int) -> Iterator[Trade]:
    """Trades of one day in time order: many wallets, few mints, every signature new."""
    rng = random.Random(seed)
    wallets = [_letters(rng, 44) for _ in range(count // 8 + 20)]
    mints = [_letters(rng, 40) + "pump" for _ in range(count // 400 + 5)]
    pools = {mint: _letters(rng, 44) for mint in mints}
    for number in range(count):
        mint = mints[int(len(mints) * rng.random() ** 2)]
        second = MIDNIGHT + number * 86_400 // count
        yield Trade(
            number=number,
            second=second,
            slot=300_000_000 + (second - MIDNIGHT) * 5 // 2,
            tx_index=rng.randrange(1500),
            outer=rng.randrange(1, 9),
            inner=rng.choice((None, *range(12))),
            signature=_letters(rng, 88),
            wallet=rng.choice(wallets),
            mint=mint,
            pool=pools[mint],
            is_buy=rng.random() < 0.55,
            token_units=int(10 ** rng.uniform(7, 13.5)),
            sol_lamports=int(10 ** rng.uniform(6, 10)),
            is_curve=rng.random() < 0.7,
        )


def _letters(rng: random.Random, count: int) -> str:
    return rng.choice(_FIRST_LETTERS) + "".join(rng.choices(ALPHABET, k=count - 1))


def whole(units: int, decimals: int) -> str:
    """Base units as decimal text in whole units."""
    return f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}".rstrip("0").removesuffix(".")
