"""Reads columns of `accountData` by Arrow into columns of balance changes, of accounts and of their tokens."""

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json
from numpy.typing import NDArray

_AMOUNT = pa.struct([("decimals", pa.string()), ("tokenAmount", pa.string())])
_TOKEN = pa.struct(
    [("mint", pa.string()), ("rawTokenAmount", _AMOUNT), ("tokenAccount", pa.string()), ("userAccount", pa.string())]
)
_ACCOUNT = pa.struct(
    [("account", pa.string()), ("nativeBalanceChange", pa.string()), ("tokenBalanceChanges", pa.list_(_TOKEN))]
)
_SCHEMA = pa.schema([("accounts", pa.list_(_ACCOUNT))])
_NAMES_ROW = re.compile(r"in row (\d+)\Z")
#: How many times a block is cut at a row that is not as expected before all of the rest is left out, and how many rows
#: must have been read for each time more: where nearly nothing is as expected, cutting takes longer than it saves.
_FREE_CUTS, _ROWS_PER_CUT = 64, 2


@dataclass(frozen=True)
class Accounts:
    """Balance changes as texts, none of them NULL; `account_rows` and `token_rows` say which row each is of.

    `is_read` tells per row whether its data are as expected; other rows have no changes here.
    """

    is_read: NDArray[np.bool_]
    account_rows: NDArray[np.int64]
    account: pa.StringArray
    lamports: pa.StringArray
    token_rows: NDArray[np.int64]
    mint: pa.StringArray
    units: pa.StringArray
    decimals: pa.StringArray
    owner: pa.StringArray


def read_accounts(account_data: pa.StringArray) -> Accounts:
    """Reads balance changes in JSON whose numbers are texts; NULL is not read."""
    rows, lists = _lists(account_data)
    accounts = lists.flatten()
    account_rows = rows[pc.list_parent_indices(lists).to_numpy()]
    account, lamports, token_lists = accounts.flatten()
    tokens = token_lists.flatten()
    token_rows = account_rows[pc.list_parent_indices(token_lists).to_numpy()]
    mint, amount, token_account, owner = tokens.flatten()
    decimals, units = amount.flatten()
    is_read = np.zeros(len(account_data), np.bool_)
    is_read[rows] = lists.is_valid().to_numpy(zero_copy_only=False)
    for of_rows, columns in (
        (account_rows, (account, lamports, token_lists)),
        (token_rows, (mint, units, decimals, token_account, owner)),
    ):
        for column in columns:
            is_read[of_rows[column.is_null().to_numpy(zero_copy_only=False)]] = False
    of_accounts, of_tokens = is_read[account_rows], is_read[token_rows]
    account, lamports = (column.filter(pa.array(of_accounts)) for column in (account, lamports))
    mint, units, decimals, owner = (column.filter(pa.array(of_tokens)) for column in (mint, units, decimals, owner))
    account_rows, token_rows = account_rows[of_accounts], token_rows[of_tokens]
    return Accounts(is_read, account_rows, account, lamports, token_rows, mint, units, decimals, owner)


def _lists(account_data: pa.StringArray) -> tuple[NDArray[np.int64], pa.ListArray]:
    """Reads what is JSON of the expected form: the rows, and a list of accounts for each."""
    lines = pc.binary_join_element_wise('{"accounts":', account_data, "}\n", "")
    pending = [np.flatnonzero(account_data.is_valid().to_numpy(zero_copy_only=False))]
    read: list[tuple[NDArray[np.int64], pa.ListArray]] = []
    credit = _FREE_CUTS * _ROWS_PER_CUT
    while pending and credit > 0:
        rows = pending.pop()
        if not len(rows):
            continue
        try:
            read.append((rows, _read(lines.take(pa.array(rows)))))
            credit += len(rows)
        except pa.ArrowInvalid as error:
            credit -= _ROWS_PER_CUT
            row = _NAMES_ROW.search(str(error))
            if row is not None:
                pending += [rows[int(row[1]) + 1 :], rows[: int(row[1])]]
            elif len(rows) > 1:
                pending += [rows[len(rows) // 2 :], rows[: len(rows) // 2]]
    none = (np.zeros(0, np.int64), pa.array([], _SCHEMA.field("accounts").type))
    parts = [none, *read]
    return np.concatenate([rows for rows, _ in parts]), pa.concat_arrays([lists for _, lists in parts])


def _read(lines: pa.StringArray) -> pa.ListArray:
    """Reads lines of JSON; raises ArrowInvalid for one that is not as expected."""
    text = lines.buffers()[2]
    table = arrow_json.read_json(
        pa.BufferReader(text),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=text.size + 1),
        parse_options=arrow_json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="error"),
    )
    lists = table["accounts"].combine_chunks()
    if len(lists) != len(lines):
        raise pa.ArrowInvalid("a line holds several objects")
    return lists
