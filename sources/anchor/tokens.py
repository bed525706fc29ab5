"""Events about tokens and pools as rows of `bronze_token_events`.

A quote mint that is not stated, or stated as the zero key, is SOL: nothing else could be quoted before it was stated.
Anyone may open a pool whose base is SOL and whose quote is a coin: it is turned round, and flagged.
"""

import numpy as np
from numpy.typing import NDArray

from pumploss.money import PUMP_TOKEN_DECIMALS
from sources.anchor.addresses import is_among
from sources.anchor.draft import Part
from sources.anchor.trades import WRAPPED_SOL
from sources.interpreting.quote_assets import QUOTE_MINTS, SOL_MINTS

#: What each event says of a token, in the order of their numbers in the column `event_kind`.
KINDS = ("create", "complete", "create_pool", "migrate", "rewrite")
#: The first version of a `CreateEvent` that states the mode.
_WITH_MODE = 4


def launches(part: Part) -> None:
    """Writes `CreateEvent`: the creator, before there was such a field, is the user."""
    part.check_clock(since_version=2)
    _put(part, "create", "mint")
    part.put_address("creator_address", _first(part.key("creator"), part.key("user")))
    part.put("token_decimals", PUMP_TOKEN_DECIMALS)
    part.put("is_mayhem", part.flag("is_mayhem_mode"), part.found.versions >= _WITH_MODE)


def completions(part: Part) -> None:
    """Writes `CompleteEvent`: the curve has sold out."""
    part.check_clock()
    _put(part, "complete", "mint")


def rewrites(part: Part) -> None:
    """Writes `UpdateMayhemVirtualParamsEvent`: a mayhem coin's virtual reserves from then on; real ones stay."""
    part.check_clock()
    part.put("event_kind", KINDS.index("rewrite"))
    part.put_address("token_mint", part.key("mint"))
    part.put("is_mayhem", 1)
    part.put("virtual_sol_lamports", part.amount("new_virtual_sol_reserves"))
    part.put("virtual_token_units", part.amount("new_virtual_token_reserves"))
    part.put("real_sol_lamports", part.amount("real_sol_reserves"))
    part.put("real_token_units", part.amount("real_token_reserves"))


def migrations(part: Part) -> None:
    """Writes `CompletePumpAmmMigrationEvent`: a coin and its canonical pool."""
    part.check_clock()
    _put(part, "migrate", "mint")
    part.put_address("pool_address", part.key("pool"))


def pools(part: Part) -> None:
    """Writes `CreatePoolEvent`: the token is the base, unless that is SOL; the creator is the coin's, if it has one."""
    part.check_clock()
    _put(part, "create_pool", "base_mint")
    base, quote = part.key("base_mint"), part.key("quote_mint")
    is_reversed = is_among(base, SOL_MINTS) & ~is_among(quote, QUOTE_MINTS) & quote.any(axis=1)
    part.put_address("token_mint", np.where(is_reversed[:, None], quote, base))
    part.put_address("quote_mint", np.where(is_reversed[:, None], base, _first(quote, WRAPPED_SOL)))
    part.put("is_pool_reversed", is_reversed.astype(np.int64))
    part.put_address("pool_address", part.key("pool"))
    part.put_address("creator_address", _first(part.key("coin_creator"), part.key("creator")))
    decimals = [np.asarray(part.found.columns[f"{side}_mint_decimals"], np.int64) for side in ("base", "quote")]
    part.put("token_decimals", np.where(is_reversed, decimals[1], decimals[0]))


def _put(part: Part, kind: str, mint: str) -> None:
    """Writes what all events about tokens have in common."""
    part.put("event_kind", KINDS.index(kind))
    part.put_address("token_mint", part.key(mint))
    part.put_address("quote_mint", _first(part.key("quote_mint"), WRAPPED_SOL))


def _first(keys: NDArray[np.uint8], otherwise: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The keys, and the others where they are zero."""
    is_zero = ~np.any(keys, axis=1, keepdims=True)
    return np.where(is_zero, otherwise, keys)
