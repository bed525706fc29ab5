"""Events of the pump programs as bytes, packed field by field from the programs' published tables, and their lines.

Written without looking at the decoder: a table per event, the number of fields of each version, and `struct`.
"""

import base64
import hashlib
import json
import struct
from datetime import UTC, date, datetime

import fsspec
import pyarrow as pa

from sources import source
from sources.interpreting.addresses import encode
from sources.parsing.files import PARSED, FileRef, parse_file

PUMP = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
PUMP_AMM = "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
TAG = bytes([228, 69, 165, 46, 81, 203, 154, 29])
SECOND = 1_767_323_045
DAY = datetime.fromtimestamp(SECOND, UTC).date()


def key(number):
    """A public key of 32 bytes that a number always stands for."""
    return hashlib.sha256(b"key %d" % number).digest()


MINT, USER, CREATOR, POOL, OTHER = map(key, range(5))
SIGNATURE = encode(hashlib.sha512(b"signature").digest())
WSOL = bytes.fromhex("069b8857feab8184fb687f634618c035dac439dc1aeb3b5598a0f00000000001")
USDC = bytes.fromhex("c6fa7af3bedbad3a3d65f36aabc97431b1bbe4c2d2f6e0e47ca60203452f5d61")
NOBODY = bytes(32)

TRADE = [
    ("mint", "key"), ("sol_amount", "Q"), ("token_amount", "Q"), ("is_buy", "B"), ("user", "key"), ("timestamp", "q"),
    ("virtual_sol_reserves", "Q"), ("virtual_token_reserves", "Q"), ("real_sol_reserves", "Q"),
    ("real_token_reserves", "Q"), ("fee_recipient", "key"), ("fee_basis_points", "Q"), ("fee", "Q"), ("creator", "key"),
    ("creator_fee_basis_points", "Q"), ("creator_fee", "Q"), ("track_volume", "B"), ("total_unclaimed_tokens", "Q"),
    ("total_claimed_tokens", "Q"), ("current_sol_volume", "Q"), ("last_update_timestamp", "q"), ("ix_name", "text"),
    ("mayhem_mode", "B"), ("cashback_fee_basis_points", "Q"), ("cashback", "Q"), ("buyback_fee_basis_points", "Q"),
    ("buyback_fee", "Q"), ("shareholders", "holders"), ("quote_mint", "key"), ("quote_amount", "Q"),
    ("virtual_quote_reserves", "Q"), ("real_quote_reserves", "Q"),
]  # fmt: skip
CREATE = [
    ("name", "text"), ("symbol", "text"), ("uri", "text"), ("mint", "key"), ("bonding_curve", "key"), ("user", "key"),
    ("creator", "key"), ("timestamp", "q"), ("virtual_token_reserves", "Q"), ("virtual_sol_reserves", "Q"),
    ("real_token_reserves", "Q"), ("token_total_supply", "Q"), ("token_program", "key"), ("is_mayhem_mode", "B"),
    ("is_cashback_enabled", "B"), ("quote_mint", "key"), ("virtual_quote_reserves", "Q"),
]  # fmt: skip
COMPLETE = [("user", "key"), ("mint", "key"), ("bonding_curve", "key"), ("timestamp", "q"), ("quote_mint", "key")]
MIGRATE = [
    ("user", "key"), ("mint", "key"), ("mint_amount", "Q"), ("sol_amount", "Q"), ("pool_migration_fee", "Q"),
    ("bonding_curve", "key"), ("timestamp", "q"), ("pool", "key"), ("quote_mint", "key"),
]  # fmt: skip
REWRITE = [
    ("timestamp", "q"), ("mint", "key"), ("virtual_token_reserves", "Q"), ("virtual_sol_reserves", "Q"),
    ("new_virtual_token_reserves", "Q"), ("new_virtual_sol_reserves", "Q"), ("real_token_reserves", "Q"),
    ("real_sol_reserves", "Q"),
]  # fmt: skip
CREATE_POOL = [
    ("timestamp", "q"), ("index", "H"), ("creator", "key"), ("base_mint", "key"), ("quote_mint", "key"),
    ("base_mint_decimals", "B"), ("quote_mint_decimals", "B"), ("base_amount_in", "Q"), ("quote_amount_in", "Q"),
    ("pool_base_amount", "Q"), ("pool_quote_amount", "Q"), ("minimum_liquidity", "Q"), ("initial_liquidity", "Q"),
    ("lp_token_amount_out", "Q"), ("pool_bump", "B"), ("pool", "key"), ("lp_mint", "key"),
    ("user_base_token_account", "key"), ("user_quote_token_account", "key"), ("coin_creator", "key"),
    ("is_mayhem_mode", "B"),
]  # fmt: skip
_PARTIES = [
    ("pool", "key"), ("user", "key"), ("user_base_token_account", "key"), ("user_quote_token_account", "key"),
    ("protocol_fee_recipient", "key"), ("protocol_fee_recipient_token_account", "key"),
    ("coin_creator", "key"), ("coin_creator_fee_basis_points", "Q"), ("coin_creator_fee", "Q"),
]  # fmt: skip
_LATER = [
    ("cashback_fee_basis_points", "Q"),
    ("cashback", "Q"),
    ("buyback_fee_basis_points", "Q"),
    ("buyback_fee", "Q"),
]
BUY = [
    ("timestamp", "q"), ("base_amount_out", "Q"), ("max_quote_amount_in", "Q"), ("user_base_token_reserves", "Q"),
    ("user_quote_token_reserves", "Q"), ("pool_base_token_reserves", "Q"), ("pool_quote_token_reserves", "Q"),
    ("quote_amount_in", "Q"), ("lp_fee_basis_points", "Q"), ("lp_fee", "Q"), ("protocol_fee_basis_points", "Q"),
    ("protocol_fee", "Q"), ("quote_amount_in_with_lp_fee", "Q"), ("user_quote_amount_in", "Q"), *_PARTIES,
    ("track_volume", "B"), ("total_unclaimed_tokens", "Q"), ("total_claimed_tokens", "Q"), ("current_sol_volume", "Q"),
    ("last_update_timestamp", "q"), ("min_base_amount_out", "Q"), ("ix_name", "text"), *_LATER,
]  # fmt: skip
SELL = [
    ("timestamp", "q"), ("base_amount_in", "Q"), ("min_quote_amount_out", "Q"), ("user_base_token_reserves", "Q"),
    ("user_quote_token_reserves", "Q"), ("pool_base_token_reserves", "Q"), ("pool_quote_token_reserves", "Q"),
    ("quote_amount_out", "Q"), ("lp_fee_basis_points", "Q"), ("lp_fee", "Q"), ("protocol_fee_basis_points", "Q"),
    ("protocol_fee", "Q"), ("quote_amount_out_without_lp_fee", "Q"), ("user_quote_amount_out", "Q"), *_PARTIES, *_LATER,
]  # fmt: skip

#: Table, program, discriminator as published, and how many fields each version has.
EVENTS = {
    "TradeEvent": (TRADE, PUMP, "bddb7fd34ee661ee", (8, 10, 16, 21, 22, 23, 25, 32)),
    "CreateEvent": (CREATE, PUMP, "1b72a94ddeeb6376", (6, 8, 12, 14, 15, 17)),
    "CompleteEvent": (COMPLETE, PUMP, "5f72619cd42e9808", (4, 5)),
    "CompletePumpAmmMigrationEvent": (MIGRATE, PUMP, "bde95db95c94ea94", (8, 9)),
    "UpdateMayhemVirtualParamsEvent": (REWRITE, PUMP, "757be4b6a1a8dcd6", (8,)),
    "CreatePoolEvent": (CREATE_POOL, PUMP_AMM, "b1310cd2a076a774", (19, 20, 21)),
    "BuyEvent": (BUY, PUMP_AMM, "67f4521f2cf57777", (20, 23, 28, 30, 32, 34)),
    "SellEvent": (SELL, PUMP_AMM, "3e2f370aa503dc2a", (20, 23, 25, 27)),
}

#: A buy of 1 SOL on the curve's first reserves, and what followed from it.
TRADED = {
    "mint": MINT, "sol_amount": 1_000_000_000, "token_amount": 34_612_903_225_806, "is_buy": 1, "user": USER,
    "timestamp": SECOND, "virtual_sol_reserves": 31_000_000_000, "virtual_token_reserves": 1_038_387_096_774_194,
    "real_sol_reserves": 1_000_000_000, "real_token_reserves": 758_487_096_774_194, "fee_recipient": OTHER,
    "fee_basis_points": 95, "fee": 9_500_000, "creator": CREATOR, "creator_fee_basis_points": 30,
    "creator_fee": 3_000_000, "ix_name": b"buy", "shareholders": [(CREATOR, 10_000)], "buyback_fee": 4_750_000,
    "virtual_quote_reserves": 31_000_000_000,
}  # fmt: skip
CREATED = {"name": "Frosch 🐸".encode(), "symbol": b"FROG", "uri": b"https://x/y", "mint": MINT, "user": USER,
           "creator": CREATOR, "timestamp": SECOND}  # fmt: skip
COMPLETED = {"user": USER, "mint": MINT, "timestamp": SECOND}
MIGRATED = {"user": USER, "mint": MINT, "timestamp": SECOND, "pool": POOL}
REWRITTEN = {
    "timestamp": SECOND, "mint": MINT, "virtual_token_reserves": 1_038_387_096_774_194,
    "virtual_sol_reserves": 31_000_000_000, "new_virtual_token_reserves": 990_000_000_000_000,
    "new_virtual_sol_reserves": 24_500_000_000, "real_token_reserves": 758_487_096_774_194,
    "real_sol_reserves": 1_000_000_000,
}  # fmt: skip
POOL_CREATED = {"timestamp": SECOND, "creator": USER, "base_mint": MINT, "quote_mint": WSOL, "base_mint_decimals": 6,
                "quote_mint_decimals": 9, "pool": POOL, "coin_creator": CREATOR}  # fmt: skip
BOUGHT = {
    "timestamp": SECOND, "base_amount_out": 5_000_000, "pool_base_token_reserves": 1_000_000_000,
    "pool_quote_token_reserves": 80_000_000_000, "quote_amount_in": 402_010_051, "lp_fee": 804_021,
    "protocol_fee": 201_006, "coin_creator_fee": 201_006, "quote_amount_in_with_lp_fee": 402_814_072,
    "user_quote_amount_in": 403_216_084, "pool": POOL, "user": USER, "coin_creator": CREATOR, "ix_name": b"buy",
}  # fmt: skip
SOLD = {
    "timestamp": SECOND, "base_amount_in": 5_000_000, "pool_base_token_reserves": 1_000_000_000,
    "pool_quote_token_reserves": 80_000_000_000, "quote_amount_out": 398_009_950, "lp_fee": 796_020,
    "protocol_fee": 199_005, "coin_creator_fee": 199_005, "quote_amount_out_without_lp_fee": 397_213_930,
    "user_quote_amount_out": 396_815_920, "pool": POOL, "user": USER, "coin_creator": CREATOR,
}  # fmt: skip
EXAMPLES = {
    "TradeEvent": TRADED, "CreateEvent": CREATED, "CompleteEvent": COMPLETED,
    "CompletePumpAmmMigrationEvent": MIGRATED, "UpdateMayhemVirtualParamsEvent": REWRITTEN,
    "CreatePoolEvent": POOL_CREATED, "BuyEvent": BOUGHT, "SellEvent": SOLD,
}  # fmt: skip


def packed(kind, value):
    """One field."""
    if kind == "key":
        return value or NOBODY
    if kind == "text":
        return struct.pack("<I", len(value or b"")) + (value or b"")
    if kind == "holders":
        return struct.pack("<I", len(value or [])) + b"".join(k + struct.pack("<H", share) for k, share in value or [])
    return struct.pack("<" + kind, value or 0)


def event(name, fields=None, /, **changed):
    """An event of the version with so many fields (the last one by itself), as its program emits it."""
    table, _, discriminator, versions = EVENTS[name]
    values = {**EXAMPLES[name], **changed}
    unknown = values.keys() - {field for field, _ in table}
    assert not unknown, f"{name} has no {unknown}"
    body = b"".join(packed(kind, values.get(field)) for field, kind in table[: fields or versions[-1]])
    return bytes.fromhex(discriminator) + body


def line(data, /, program=None, encoding="base64", **changed):
    """The line of an event that a collector writes; the program is the one that emits such events."""
    known = {bytes.fromhex(head): of for _, of, head, _ in EVENTS.values()}
    start = data.removeprefix(TAG)[:8]
    text = base64.b64encode(data).decode() if encoding == "base64" else data.hex()
    envelope = {
        "signature": SIGNATURE, "slot": 390_000_001, "block_time": SECOND, "tx_index": 7, "event_index": 0,
        "program": program or known.get(start, PUMP), "data": text, "encoding": encoding,
    }  # fmt: skip
    return {**envelope, **changed}


def rows_of_lines(lines, day=DAY, name="events.jsonl"):
    """All parsed rows of a file with these lines, by line number, its closing row last."""
    storage = fsspec.filesystem("memory")
    storage.pipe_file(f"/anchor/{name}", "".join(json.dumps(one) + "\n" for one in lines).encode())
    landed = FileRef(f"/anchor/{name}", f"anchor_events/{day}/{name}", day)
    rows = pa.Table.from_batches(list(parse_file(source("anchor_events"), landed, storage)), PARSED).to_pylist()
    assert rows[-1]["kind"] == "file", rows[-1]
    assert rows[-1]["records"] == len(lines) == len(rows) - 1
    return sorted(rows[:-1], key=lambda row: row["line_number"]) + rows[-1:]


def row_of(data, /, day=DAY, **changed):
    """The row of the only line, in which an event stands."""
    return rows_of_lines([line(data, **changed)], day)[0]


def day_of(second):
    """The UTC day of a second."""
    found: date = datetime.fromtimestamp(second, UTC).date()
    return found
