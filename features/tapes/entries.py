"""Turns tapes of mints into what each trader met at its first buy: rows of `silver_entries`.

A curve's launch is its first trade: creators buy in the transaction of the launch, and where the tape begins with the
curve untouched, nothing came before it. Prices are those after a trade, from the reserves where they are stated.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling.rows import ranks
from features.tapes import entry_walk as walk
from pumploss.errors import ConservationError
from pumploss.money import (
    INITIAL_REAL_TOKEN_UNITS,
    INITIAL_VIRTUAL_SOL_LAMPORTS,
    INITIAL_VIRTUAL_TOKEN_UNITS,
    LAMPORTS_PER_SOL,
)
from pumploss.tables.silver_entries import TABLE

#: SOL on a standard curve when its last token is sold, in lamports.
GRADUATION_LAMPORTS = 85_005_000_000
LAUNCH_PRICE = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS

#: What is read of `silver_trades`; beside it `is_first_buy` says whether the trader first traded the mint that day.
TAPE = (
    "token_mint", "trade_date", "order_in_mint_day", "traded_at", "slot", "trader_address", "trader_cohort",
    "direction", "sol_lamports", "fee_lamports", "token_units", "token_decimals", "virtual_sol_lamports",
    "virtual_token_units", "real_sol_lamports", "venue", "is_hop",
)  # fmt: skip
#: What is known of a mint and day beside its trades: what its own day's row says, and what stood at the one before.
#: In both, -1 stands for what is not stated, NaN for a price that is not known.
STATE = (
    "tape_began_at", "initial_token_units", "known_at", "price_before_sol", "peak_before_sol", "buyers_before_count",
)  # fmt: skip


@dataclass(frozen=True)
class _Tape:
    """Holds rows sorted by mint, day and chain order, and what a walk needs of them; `entries` are rows among them."""

    rows: pa.Table
    begins: np.ndarray
    group_of: np.ndarray
    trader: np.ndarray
    is_buy: np.ndarray
    is_own: np.ndarray
    seconds: np.ndarray
    slot: np.ndarray
    price: np.ndarray
    scale: np.ndarray
    entries: np.ndarray


def entries_of(tape: pa.Table, state: pa.Table) -> pa.Table:
    """Make rows of `silver_entries` from whole tapes (`TAPE`) of some mints and days, with a row of `STATE` each."""
    if not len(tape):
        return TABLE.arrow_schema.empty_table()
    walked = _walked(tape)
    groups = _state_of(walked, state)
    own = walked.rows.take(pa.array(walked.entries))
    columns = {
        **{name: own[name] for name in ("trader_address", "token_mint", "trade_date", "trader_cohort")},
        "first_bought_at": own["traded_at"],
        "first_buy_cost_lamports": pa.array(_ints(own["sol_lamports"]) + _ints(own["fee_lamports"])),
        "entry_price_sol": _known((walked.price * walked.scale)[walked.entries]),
        "curve_share": _known(_curve_share(own)),
        "impact_ratio": _known(_impact(own)),
        "known_at": groups["known_at"].take(pa.array(walked.group_of[walked.entries])),
        **_launched(walked, groups),
        **_around(walked, groups),
    }
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)


def _walked(tape: pa.Table) -> _Tape:
    mint = ranks(tape["token_mint"])
    day, order = (_ints(tape[name]) for name in ("trade_date", "order_in_mint_day"))
    sort = np.lexsort((order, day, mint))
    rows, mint, day = tape.take(pa.array(sort)), mint[sort], day[sort]
    starts = np.flatnonzero(np.r_[True, (np.diff(mint) != 0) | (np.diff(day) != 0)])
    begins = np.r_[starts, len(mint)]
    trader = ranks(rows["trader_address"])
    is_buy, is_own = pc.equal(rows["direction"], "buy").to_numpy(), ~rows["is_hop"].to_numpy()
    is_entry = is_buy & is_own & rows["is_first_buy"].to_numpy()
    return _Tape(
        rows=rows,
        begins=begins,
        group_of=np.repeat(np.arange(len(starts)), np.diff(begins)),
        trader=trader,
        is_buy=is_buy,
        is_own=is_own,
        seconds=_ints(rows["traded_at"]) // 1_000_000,
        slot=_ints(rows["slot"]),
        price=_prices(rows),
        scale=10.0 ** _ints(rows["token_decimals"]) / LAMPORTS_PER_SOL,  # to SOL per whole token
        entries=walk.first_buys(begins, trader, is_entry, int(trader.max()) + 1),
    )


def _state_of(tape: _Tape, state: pa.Table) -> pa.Table:
    """Sort the rows of state as the groups are. Raises ConservationError where they are of other mints and days."""
    key = ["token_mint", "trade_date"]
    groups = tape.rows.select(key).take(pa.array(tape.begins[:-1]))
    ordered = state.sort_by([(name, "ascending") for name in key]).combine_chunks()
    if not ordered.select(key).equals(groups.combine_chunks()):
        raise ConservationError(
            f"silver_entries: {len(groups)} mints and days have trades, {len(ordered)} have a row of gold_token_day, "
            f"or others do, near {groups['token_mint'][0]} on {groups['trade_date'][0]}. Run gold_token_day again."
        )
    return ordered


def _launched(tape: _Tape, groups: pa.Table) -> dict[str, pa.Array]:
    """Measure the distance from the launch in seconds, slots and buyers."""
    group = tape.group_of[tape.entries]
    first = tape.begins[group]
    began = (_ints(groups["tape_began_at"]) // 1_000_000)[group]
    seconds, slot = tape.seconds[tape.entries], tape.slot[tape.entries]
    has_slots = (tape.slot[first] >= 0) & (slot >= 0) & (tape.seconds[first] == began)
    earlier = _ints(groups["buyers_before_count"])[group] + walk.ranks_of_day(group)
    return {
        "age_seconds": pa.array(seconds - began, mask=began < 0),
        "age_slot_count": pa.array(slot - tape.slot[first], mask=~has_slots),
        "earlier_buyer_count": pa.array(earlier, mask=began < 0),
    }


def _around(tape: _Tape, groups: pa.Table) -> dict[str, pa.Array]:
    """Measure prices before and after, the other buyers of the slot, and what was captured of the way up."""
    place = tape.begins, tape.group_of, tape.entries
    scale = tape.scale[tape.begins[:-1]]
    before = _floats(groups["price_before_sol"]) / scale, _floats(groups["peak_before_sol"]) / scale
    momentum, of_peak = walk.before_entries(*place, tape.seconds, tape.price, *before)
    low, high = walk.after_entries(*place, tape.seconds, tape.price)
    others = walk.other_buyers(*place, tape.slot, tape.trader, tape.is_buy & tape.is_own)
    amounts = _ints(tape.rows["sol_lamports"]), _ints(tape.rows["token_units"])
    own = tape.group_of, tape.entries, tape.trader, tape.is_buy, tape.is_own
    captured = walk.captures(*own, *amounts, tape.price, int(tape.trader.max()) + 1)
    is_standard = _ints(groups["initial_token_units"]) == INITIAL_REAL_TOKEN_UNITS
    run_up = np.where(is_standard[tape.group_of[tape.entries]], tape.price[tape.entries] / LAUNCH_PRICE, np.nan)
    return {
        "slot_buyer_count": pa.array(others, mask=others < 0),
        "runup_ratio": _known(run_up),
        "momentum_ratio": _known(momentum),
        "peak_ratio": _known(of_peak),
        "minute_volatility_ratio": _known(walk.volatility_before(*place, tape.seconds, tape.price)),
        "low_ratio": _known(low),
        "high_ratio": _known(high),
        "capture_ratio": _known(captured),
    }


def _prices(rows: pa.Table) -> np.ndarray:
    """Lamports per base unit after each trade: of the reserves where stated, else what was paid, or NaN."""
    sol, units = _floats(rows["virtual_sol_lamports"]), _floats(rows["virtual_token_units"])
    paid, moved = _floats(rows["sol_lamports"]), _floats(rows["token_units"])
    with np.errstate(divide="ignore", invalid="ignore"):
        stated = np.where((sol > 0) & (units > 0), sol / units, np.nan)
        traded = np.where((paid > 0) & (moved > 0), paid / moved, np.nan)
    return np.where(np.isnan(stated), traded, stated)


def _curve_share(own: pa.Table) -> np.ndarray:
    """Part of the way to being sold out, 0 to 1, of entries on the curve; from real SOL as stated, else virtual."""
    real, virtual = _floats(own["real_sol_lamports"]), _floats(own["virtual_sol_lamports"])
    usual = np.where(virtual > 0, virtual - INITIAL_VIRTUAL_SOL_LAMPORTS, np.nan)
    on_curve = np.where(real < 0, usual, real)
    share = np.clip(on_curve / GRADUATION_LAMPORTS, 0.0, 1.0)
    return np.where(pc.equal(own["venue"], "pump_curve").to_numpy(), share, np.nan)


def _impact(own: pa.Table) -> np.ndarray:
    """What was paid over the reserve before it."""
    paid, after = _floats(own["sol_lamports"]), _floats(own["virtual_sol_lamports"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(after > paid, paid / (after - paid), np.nan)


def _known(values: np.ndarray) -> pa.Array:
    """The doubles, those that are no number missing."""
    return pa.array(values, mask=~np.isfinite(values))


def _ints(column: pa.ChunkedArray) -> np.ndarray:
    whole = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
    values: np.ndarray = whole.cast(pa.int64()).to_numpy()
    return values


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.float64(), safe=False).to_numpy()
    return values
