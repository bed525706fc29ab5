"""Trade events as trades: amounts, fees, and reserves after the trade.

On the curve the trader pays (or loses) `fee` and `creator_fee`; in a pool the liquidity providers', the protocol's and
the coin creator's fee. `buyback_fee` and `holder_rewards` say what becomes of parts of these and are not added.
Cashback is paid by the trader too, but into the trader's own account, claimable at any time, so it is no cost and left
out: this is why `user_quote_amount_*` differs from amount and fee by exactly the cashback.

A pool's event states what the trader paid and what the curve took, and its fee is their difference. In
`buy_exact_quote_in` the program swaps the two names (`quote_amount_in` is then all that was paid), so of a buy the
smaller one is the curve's; in public events `quote_amount_in_with_lp_fee` less `lp_fee` equals it either way.
On the curve, virtual reserves may be those of no product: mayhem coins have theirs rewritten, also by a trade of the
mayhem agent itself. Real reserves, where they are stated, always follow from the trades.

A pool's reserves are stated as they were before the trade: the first trade of a pool states what its migration
brought. The vault takes `quote_amount_in_with_lp_fee` and gives `quote_amount_out_without_lp_fee`. Later versions state
`virtual_quote_reserves`, which prices count on top of the vault (it is negative where fees wait in the vault).
"""

import numpy as np
from numpy.typing import NDArray

from pumploss.money import INT64_MAX, MOST_RESERVE_LAMPORTS, PUMP_TOKEN_DECIMALS
from pumploss.reasons import Reason
from sources.anchor.addresses import is_among
from sources.anchor.draft import Part, Where
from sources.interpreting.addresses import decode
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS

WRAPPED_SOL = np.frombuffer(decode(SOL_MINTS[-1]), np.uint8)
#: The first versions that state real reserves, fees and the mode on the curve.
_WITH_REAL, _WITH_FEES, _WITH_MODE = 2, 3, 6
BUY, SELL = 1, 0


def curve_trades(part: Part) -> None:
    """Writes the trades of `TradeEvent`: quoted in anything but SOL is `non_sol_quote`."""
    part.check_clock()
    quote = part.key("quote_mint")
    is_between = quote.any(axis=1) & (quote != WRAPPED_SOL).any(axis=1)
    part.refuse(is_among(part.key("mint"), QUOTE_MINTS), Reason.QUOTE_LEG)
    part.refuse(is_between, Reason.NON_SOL_QUOTE)
    fee, creator_fee = part.amount("fee"), part.amount("creator_fee")
    part.refuse(fee > INT64_MAX - creator_fee, Reason.OVERFLOW)
    part.put_address("trader_address", part.key("user"))
    part.put_address("token_mint", part.key("mint"))
    part.put("direction", np.where(part.found.columns["is_buy"], BUY, SELL))
    part.put("token_units", part.amount("token_amount"))
    part.put("token_decimals", PUMP_TOKEN_DECIMALS)
    # What was paid in another coin may be the leg of a route (`jobs/bronze/hops.py`).
    part.put_address("quote_mint", quote, is_between)
    part.put("sol_lamports", np.where(is_between, part.amount("quote_amount"), part.amount("sol_amount")))
    part.put("fee_lamports", fee + creator_fee, part.found.versions >= _WITH_FEES)
    part.put("virtual_sol_lamports", part.amount("virtual_sol_reserves"))
    part.put("virtual_token_units", part.amount("virtual_token_reserves"))
    _put_real(part)
    part.put("is_mayhem", part.flag("mayhem_mode"), part.found.versions >= _WITH_MODE)


def _put_real(part: Part) -> None:
    """Writes the curve's real reserves after the trade.

    Only the first version's bytes are sure to be a trade's: what cannot be reserves counts as not stated. A curve that
    holds no SOL has tokens left to sell, and the other way round.
    """
    sol, tokens = (np.asarray(part.found.columns[f"real_{of}_reserves"], np.uint64) for of in ("sol", "token"))
    is_sound: Where = (sol <= MOST_RESERVE_LAMPORTS) & (tokens <= INT64_MAX) & ((sol > 0) | (tokens > 0))
    is_stated = is_sound & (part.found.versions >= _WITH_REAL)
    part.put("real_sol_lamports", np.where(is_stated, sol, 0), is_stated)
    part.put("real_token_units", np.where(is_stated, tokens, 0), is_stated)


def pool_buys(part: Part) -> None:
    """Writes the trades of `BuyEvent`."""
    asked, charged = part.amount("quote_amount_in"), part.amount("user_quote_amount_in")
    tokens = part.amount("base_amount_out")
    vault = np.ascontiguousarray(part.found.columns["quote_amount_in_with_lp_fee"], np.uint64)
    quote = part.amount("pool_quote_token_reserves").astype(np.uint64) + part.fitting(vault).astype(np.uint64)
    _pool_trades(part, BUY, np.minimum(asked, charged), np.abs(charged - asked))
    _put_reserves(part, part.amount("pool_base_token_reserves") - tokens, part.fitting(quote))
    part.put("token_units", tokens)


def pool_sells(part: Part) -> None:
    """Writes the trades of `SellEvent`."""
    sold_for, received = part.amount("quote_amount_out"), part.amount("user_quote_amount_out")
    tokens = part.amount("base_amount_in")
    base = part.amount("pool_base_token_reserves").astype(np.uint64) + tokens.astype(np.uint64)
    quote = part.amount("pool_quote_token_reserves") - part.amount("quote_amount_out_without_lp_fee")
    _pool_trades(part, SELL, sold_for, sold_for - received)
    _put_reserves(part, part.fitting(base), quote)
    part.put("token_units", tokens)


def _pool_trades(part: Part, direction: int, sol: NDArray[np.int64], difference: NDArray[np.int64]) -> None:
    """Writes what buys and sells have in common; a fee below zero is `sign`."""
    part.check_clock()
    fee = difference - part.amount("cashback")
    part.refuse(fee < 0, Reason.SIGN)
    part.put_address("trader_address", part.key("user"))
    part.put_address("pool_address", part.key("pool"))
    part.put("direction", direction)
    part.put("token_decimals", PUMP_TOKEN_DECIMALS)
    part.put("sol_lamports", sol)
    part.put("fee_lamports", fee)


def _put_reserves(part: Part, base: NDArray[np.int64], vault: NDArray[np.int64]) -> None:
    """Writes a pool's reserves after the trade; less than nothing is `sign`."""
    part.refuse((base < 0) | (vault < 0), Reason.SIGN)
    low, high = part.wide("virtual_quote_reserves")
    # What follows the documented fields is believed only as far as it makes sense.
    is_sound: Where = (high == low >> 63) & (low <= INT64_MAX - vault) & (low >= -vault)
    part.put("virtual_token_units", base)
    part.put("real_token_units", base)
    part.put("real_sol_lamports", vault)
    part.put("virtual_sol_lamports", vault + np.where(is_sound, low, 0))
    part.put("trailing_bytes", np.where(is_sound, part.found.trailing, part.found.trailing + 16))
