"""Swaps of SOL against a coin, as warehouses write them: what was bought and what was sold, no direction."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pumploss.fees import FEE_IS_INSIDE, estimate_fees
from pumploss.money import SOL_DECIMALS
from pumploss.reasons import Reason
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS
from sources.interpreting.rows import Rows

#: Places to which the amounts of a swap without SOL are read where they are in whole tokens.
LEG_DECIMALS = SOL_DECIMALS
#: Names of the two fields that say how much was bought and how much was sold.
Sides = tuple[str, str]
#: Decimals of the coin of each swap, and whether they are assumed.
Decimals = tuple[pa.Int32Array, pa.BooleanArray]


@dataclass(frozen=True)
class Swap:
    """Swaps of SOL against a coin: a buy is where SOL was sold. NULL where a row is no such swap.

    `mints` are what was bought and sold, of all rows; `is_between` are swaps of a coin against anything but SOL.
    """

    direction: pa.StringArray
    is_buy: pa.BooleanArray
    mint: pa.StringArray
    mints: tuple[pa.StringArray, pa.StringArray]
    is_between: pa.BooleanArray


def swap(rows: Rows, mints: Sides) -> Swap:
    """Which way SOL went; two quote assets are `quote_leg`, neither side SOL is `non_sol_quote`."""
    addresses = [rows.address(mint) for mint in mints]
    quotes = pa.array(QUOTE_MINTS)
    are_quotes = [pc.is_in(address, quotes) for address in addresses]
    is_sol = [pc.is_in(address, quotes[: len(SOL_MINTS)]) for address in addresses]
    rows.refuse(pc.and_(*are_quotes), Reason.QUOTE_LEG, mints[1])
    rows.refuse(pc.invert(pc.or_(*is_sol)), Reason.NON_SOL_QUOTE, mints[1])
    is_buy = pc.if_else(pc.xor(*is_sol), is_sol[1], None)
    is_between = pc.invert(pc.or_(pc.or_(*is_sol), pc.and_(*are_quotes))).fill_null(False)
    direction, mint = pc.if_else(is_buy, "buy", "sell"), pc.if_else(is_buy, *addresses)
    return Swap(direction, is_buy, mint, (addresses[0], addresses[1]), is_between)


def hop(
    rows: Rows, swapped: Swap, columns: dict[str, pa.Array], names: Sides, places: int | None
) -> dict[str, pa.Array]:
    """Adds to the columns of a trade what swaps without SOL moved: they are refused, but may be legs of a route.

    A buy of the one mint, paid with the other as its quote. `places` of whole amounts; None where they are base units.
    """
    where = swapped.is_between
    if not where.true_count:
        return columns
    same = pa.repeat(pa.scalar(places, pa.int32()), len(where))
    bought, sold = (
        rows.integer(name) if places is None else rows.units_at(name, pc.if_else(where, same, None)) for name in names
    )
    moved = {"token_mint": swapped.mints[0], "quote_mint": swapped.mints[1], "token_units": bought}
    moved |= {"sol_lamports": sold, "fee_lamports": pa.repeat(pa.scalar(0, pa.int64()), len(where))}
    moved |= {"direction": pa.repeat(pa.scalar("buy"), len(where))}
    none = {name: pa.nulls(len(where), column.type) for name, column in moved.items()}
    return columns | {name: pc.if_else(where, column, columns.get(name, none[name])) for name, column in moved.items()}


def whole_amounts(rows: Rows, swapped: Swap, decimals: Decimals, names: Sides) -> tuple[Decimals, list[pa.Int64Array]]:
    """What was bought and sold, stated in whole units, in base units of each side's own mint.

    Also decimals that the coin's amounts fit, see `Rows.fitting`.
    """
    is_coin = (swapped.is_buy, pc.invert(swapped.is_buy))
    assumed = [pc.and_(side, decimals[1]) for side in is_coin]
    places = [
        rows.fitting(name, pc.if_else(side, decimals[0], SOL_DECIMALS), is_assumed)
        for name, side, is_assumed in zip(names, is_coin, assumed, strict=True)
    ]
    amounts = [rows.units_at(name, of_side) for name, of_side in zip(names, places, strict=True)]
    return (pc.if_else(swapped.is_buy, *places), decimals[1]), amounts


def traded(
    rows: Rows,
    swapped: Swap,
    venue: pa.StringArray,
    traded_at: pa.TimestampArray,
    decimals: Decimals,
    amounts: tuple[Sides, list[pa.Int64Array]],
) -> dict[str, pa.Array]:
    """The columns of a trade that follow from its swap, fees by venue; impossible amounts are refused.

    Nothing sold, or no token bought, is `zero_amount`: a sale may bring nothing.
    """
    (bought_name, sold_name), (bought, sold) = amounts
    rows.refuse(pc.equal(sold, 0), Reason.ZERO_AMOUNT, sold_name)
    rows.refuse(pc.and_(swapped.is_buy, pc.equal(bought, 0)), Reason.ZERO_AMOUNT, bought_name)
    token_units = pc.if_else(swapped.is_buy, bought, sold)
    sol = pc.if_else(swapped.is_buy, sold, bought)
    for is_side, tokens, paid in (
        (swapped.is_buy, bought_name, sold_name),
        (pc.invert(swapped.is_buy), sold_name, bought_name),
    ):
        units, lamports = pc.if_else(is_side, token_units, None), pc.if_else(is_side, sol, None)
        rows.refuse_impossible(swapped.mint, venue, decimals[0], (tokens, units), (paid, lamports))
    return {
        "traded_at": traded_at,
        "token_mint": swapped.mint,
        "direction": swapped.direction,
        "token_units": token_units,
        "token_decimals": pc.cast(decimals[0], pa.int32()),
        "is_decimals_assumed": decimals[1],
        "sol_lamports": sol,
        **moved(venue, traded_at, sol),
        "venue": venue,
    }


def moved(venue: pa.StringArray, traded_at: pa.TimestampArray, sol: pa.Int64Array) -> dict[str, pa.Array]:
    """Fees of amounts that a venue moved: inside them where it keeps its fee there, else estimated on top."""
    is_inside = pc.is_in(venue, pa.array(FEE_IS_INSIDE))
    return {
        "fee_lamports": pc.if_else(is_inside, 0, estimate_fees(venue, traded_at, sol)),
        "fee_source": pc.if_else(is_inside, "included", "estimated"),
        "amount_basis": pc.if_else(is_inside, "balance_delta", "curve"),
    }
