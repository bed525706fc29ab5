"""Sums the balance changes of whole columns of transactions, where they are plainly one trade.

Plain is a sale or purchase of one coin against SOL with numbers of up to 17 digits. All else, trades or not, is for
`balance_changes` to judge.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sources.helius.accounts import Accounts, read_accounts
from sources.interpreting.addresses import decodes_to
from sources.interpreting.casts import MAX_DECIMALS
from sources.interpreting.quote_assets import SOL_MINTS, STABLE_MINTS, STAKED_SOL_MINTS
from sources.interpreting.rows import ADDRESS_BYTES
from sources.interpreting.text_values import VALUE, integers
from sources.reading.text_columns import letters_of

#: So many numbers of so many digits fit 64 bits together.
_LARGEST, _MOST_SUMMED = 10**17, 90


@dataclass(frozen=True)
class PlainChanges:
    """Per row what it did to its wallet, signed, if `is_plain`: base units of one coin, and lamports."""

    is_plain: NDArray[np.bool_]
    mint: pa.StringArray
    token_units: NDArray[np.int64]
    decimals: NDArray[np.int64]
    lamports: NDArray[np.int64]


def plain_changes(account_data: pa.StringArray, wallets: pa.StringArray) -> PlainChanges:
    """Sums the changes of each row's wallet."""
    accounts = read_accounts(account_data)
    is_plain = accounts.is_read & wallets.is_valid().to_numpy(zero_copy_only=False)
    lamports = _own_lamports(accounts, wallets, is_plain)
    units, decimals = _numbers(accounts.units), _numbers(accounts.decimals)
    is_known = (np.abs(units) < _LARGEST) & (decimals >= 0) & (decimals <= MAX_DECIMALS)
    is_plain[accounts.token_rows[~(is_known & decodes_to(accounts.mint, ADDRESS_BYTES))]] = False
    is_own = pc.equal(accounts.owner, wallets.take(pa.array(accounts.token_rows))).fill_null(False)
    own = np.flatnonzero(is_own.to_numpy(zero_copy_only=False))
    is_plain[np.bincount(accounts.token_rows[own], minlength=len(is_plain)) > _MOST_SUMMED] = False
    mints = accounts.mint.dictionary_encode()
    moved = _per_mint(accounts.token_rows[own], mints.indices.to_numpy()[own], units[own], decimals[own])
    is_plain[moved.rows[~moved.is_of_one_kind]] = False
    is_sol, is_stable = (
        pc.is_in(mints.dictionary, pa.array(group)).to_numpy(zero_copy_only=False)[moved.mints]
        for group in (SOL_MINTS, (*STABLE_MINTS, *STAKED_SOL_MINTS))
    )
    np.add.at(lamports, moved.rows[is_sol], moved.units[is_sol])
    is_coin = ~is_sol & (moved.units != 0)
    is_plain &= np.bincount(moved.rows[is_coin], minlength=len(is_plain)) == 1
    is_plain[moved.rows[is_coin & is_stable]] = False
    token_units, places, of_mint = (np.zeros(len(is_plain), np.int64) for _ in range(3))
    for into, values in ((token_units, moved.units), (places, moved.decimals), (of_mint, moved.mints)):
        into[moved.rows[is_coin]] = values[is_coin]
    is_plain &= np.where(token_units > 0, lamports < 0, lamports >= 0)
    # Rows that are not plain may hold any number: nobody reads them, and nothing may depend on what they are.
    for values in (token_units, places, lamports):
        values[~is_plain] = 0
    mint = mints.dictionary.take(pa.array(of_mint, mask=~is_plain))
    return PlainChanges(is_plain, mint, token_units, places, lamports)


def _own_lamports(accounts: Accounts, wallets: pa.StringArray, is_plain: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Sums the lamports of each row's wallet; rows with other numbers are no longer plain."""
    values = _numbers(accounts.lamports)
    is_plain[accounts.account_rows[np.abs(values) >= _LARGEST]] = False
    is_own = pc.equal(accounts.account, wallets.take(pa.array(accounts.account_rows))).fill_null(False)
    own = np.flatnonzero(is_own.to_numpy(zero_copy_only=False))
    is_plain[np.bincount(accounts.account_rows[own], minlength=len(is_plain)) > _MOST_SUMMED] = False
    lamports = np.zeros(len(is_plain), np.int64)
    np.add.at(lamports, accounts.account_rows[own], values[own])
    return lamports


def _numbers(texts: pa.StringArray) -> NDArray[np.int64]:
    """Reads integers; `_LARGEST` stands for what is none."""
    values, kinds = integers(letters_of(texts))
    return np.where(kinds == VALUE, values, _LARGEST)


@dataclass(frozen=True)
class _Moved:
    """What was moved of each mint in a row; `is_of_one_kind` tells whether its decimals were stated alike."""

    rows: NDArray[np.int64]
    mints: NDArray[np.int64]
    units: NDArray[np.int64]
    decimals: NDArray[np.int64]
    is_of_one_kind: NDArray[np.bool_]


def _per_mint(
    rows: NDArray[np.int64], mints: NDArray[np.int32], units: NDArray[np.int64], decimals: NDArray[np.int64]
) -> _Moved:
    """Sums the changes of a row of one mint."""
    order = np.lexsort((mints, rows))
    rows, mints, units, decimals = rows[order], mints[order], units[order], decimals[order]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (rows[1:] != rows[:-1]) | (mints[1:] != mints[:-1])
    firsts = np.flatnonzero(is_first)
    if not len(firsts):
        return _Moved(rows, mints.astype(np.int64), units, decimals, is_first)
    return _Moved(
        rows[firsts],
        mints[firsts].astype(np.int64),
        np.add.reduceat(units, firsts),
        decimals[firsts],
        np.minimum.reduceat(decimals, firsts) == np.maximum.reduceat(decimals, firsts),
    )
