"""Laws of the sources of exports and feeds: no mutated line makes them fail, and none is lost or judged by others."""

import gzip
import json
import random
import re
from datetime import date

import fsspec
import pyarrow as pa
import pytest

from sources import source
from sources.interpreting.addresses import encode
from sources.parsing.files import PARSED, FileRef, parse_file

WALLET, COIN, OTHER = encode(b"\x07" * 32), encode(b"\x08" * 32), encode(b"\x05" * 32)
SIGNATURE, DAY = encode(b"\x09" * 64), date(2026, 1, 2)
pytestmark = pytest.mark.usefixtures("many_strays")
SOL, NATIVE = "So11111111111111111111111111111111111111112", "1" * 32
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
CURVE, AMM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"
RAYDIUM = "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"
TIME = "2026-01-02 03:04:05.000 UTC"
#: Good values of every mapped field; what is left out of names is ignored by name and holds little.
GOOD = {
    "dune_trades": {
        "block_time": TIME,
        "block_slot": "1",
        "token_bought_amount_raw": "5",
        "token_sold_amount_raw": "7",
        "token_bought_mint_address": COIN,
        "token_sold_mint_address": SOL,
        "project_main_id": AMM,
        "trader_id": WALLET,
        "tx_id": SIGNATURE,
        "outer_instruction_index": "1",
        "inner_instruction_index": "",
        "tx_index": "3",
    },
    "dune_bot_trades": {
        "block_time": TIME,
        "type": "Sell",
        "token_bought_amount": "0.5",
        "token_bought_address": SOL,
        "token_sold_amount": "2.5",
        "token_sold_address": COIN,
        "project": "pumpdotfun",
        "version": "1",
        "user": WALLET,
        "tx_id": SIGNATURE,
        "tx_index": "1",
        "outer_instruction_index": "2",
        "inner_instruction_index": "3",
    },
    "flipside_swaps": {
        "block_timestamp": TIME,
        "block_id": "1",
        "tx_id": SIGNATURE,
        "succeeded": "true",
        "swapper": WALLET,
        "swap_from_amount": "0.5",
        "swap_from_mint": SOL,
        "swap_to_amount": "2.5",
        "swap_to_mint": COIN,
        "program_id": CURVE,
        "swap_index": "0",
    },
    "bitquery_trades": {
        "Block_Slot": 1,
        "Block_Time": 1767323045,
        "Instruction_ExternalSeqNumber": 1,
        "Instruction_InternalSeqNumber": 2,
        "Trade_Buy_Amount": "0.5",
        "Trade_Buy_Currency_MintAddress": NATIVE,
        "Trade_Buy_Currency_Decimals": 9,
        "Trade_Buy_Account_Token_Owner": "",
        "Trade_Sell_Amount": "2.5",
        "Trade_Sell_Currency_MintAddress": COIN,
        "Trade_Sell_Currency_Decimals": 6,
        "Trade_Sell_Account_Token_Owner": WALLET,
        "Trade_Dex_ProgramAddress": CURVE,
        "Transaction_Index": 3,
        "Transaction_Result_Success": "true",
        "Transaction_Signature": SIGNATURE,
        "Transaction_Fee": "0.000005",
    },
    "pumpportal": {
        "received_at": 1767323045123,
        "signature": SIGNATURE,
        "mint": COIN,
        "traderPublicKey": WALLET,
        "txType": "buy",
        "tokenAmount": 2.5,
        "solAmount": 0.5,
        "initialBuy": 1.5,
        "pool": "pump",
        "symbol": "A",
    },
    "helius_enhanced": {
        "signature": SIGNATURE,
        "timestamp": 1767323045,
        "slot": 1,
        "type": "SWAP",
        "source": "PUMP_FUN",
        "feePayer": WALLET,
        "accountData": [
            {
                "account": WALLET,
                "nativeBalanceChange": -5,
                "tokenBalanceChanges": [
                    {
                        "mint": COIN,
                        "rawTokenAmount": {"decimals": 6, "tokenAmount": "7"},
                        "tokenAccount": OTHER,
                        "userAccount": WALLET,
                    }
                ],
            }
        ],
        "transactionError": None,
        "events": {},
    },
}
NAMES = sorted(GOOD)
CSV = ("dune_trades", "dune_bot_trades", "flipside_swaps")
#: What a field may become: other good values, and whatever breaks parsers.
VALUES = (
    *("", "0", "-1", "1.5", "1e-30", "1e999", "9" * 40, "9223372036854775808", "NaN", "true", "false", "null", "Buy"),
    *(SOL, NATIVE, USDC, COIN, OTHER, AMM, SIGNATURE, "1" * 44, "create", "sell", "migrate", "pump-amm", "pumpswap"),
    *(RAYDIUM, "raydium", "meteora", "RAYDIUM", "METEORA", "bonk", "launchlab", "2000000", "2000000000000000"),
    *(
        "2026-13-01 00:00:00.000 UTC",
        "2026-01-02T03:04:05Z",
        "1767323045",
        "\x1f",
        "é",
        "[]",
        "[[",
        '{"a":1}',
        "a" * 300,
    ),
)
PIECES = (b",", b'"', b"\r", b"\n", b"\0", b"\xff", b"-", b"1", b"e9", b"{", b"}", b"[", b"]", b" ", b"\xc3\xa9", b"\\")
COUNT = 400


def header(name):
    """The columns of a CSV, as the source lists them."""
    return list(source(name).all_fields)


def line(name, values):
    """One line of a source; in CSV a value with a comma or a quote is quoted."""
    if name not in CSV:
        return json.dumps(values).encode()
    texts = [str(values.get(column, "")) for column in header(name)]
    quoted = ['"' + text.replace('"', '""') + '"' if {",", '"'} & set(text) else text for text in texts]
    return ",".join(quoted).encode()


def mutant(rng, name):
    """A good line in which up to two fields, then up to three places, are changed."""
    values = dict(GOOD[name])
    for _ in range(rng.randrange(3)):
        field, value = rng.choice(list(values)), rng.choice(VALUES)
        if name in CSV or rng.random() < 0.7:
            values[field] = value
        else:
            values[field] = rng.choice((None, True, 0, -1, 1.5, 10**20, [], {}, [[]], [{}], {"a": None}))
    changed = line(name, values)
    for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
        start = rng.randrange(len(changed) + 1)
        changed = changed[:start] + rng.choice(PIECES) + changed[start + rng.choice((0, 1, 5, 20)) :]
    return changed


def parse(name, body):
    """The rows of a file whose lines, after a good one (in CSV the header), are the body's."""
    head = ",".join(header(name)).encode() if name in CSV else line(name, GOOD[name])
    storage = fsspec.filesystem("memory")
    file = f"swap-laws-{name}.csv.gz" if name in CSV else f"swap-laws-{name}.jsonl.gz"
    storage.pipe_file(f"/{file}", gzip.compress(b"\n".join([head, *body]), 1))
    batches = parse_file(source(name), FileRef(f"/{file}", file, DAY), storage)
    return pa.Table.from_batches(list(batches), PARSED).to_pylist()


def records_by_hand(name, body):
    """How many records the lines are, counted with a regular expression."""
    kept = [part for part in b"\n".join(body).split(b"\n") if not re.fullmatch(rb"[ \t\r]*", part)]
    return len(kept) + (name not in CSV)


def check(name, count, seed):
    """Every record is a trade or refused, with a reason of its own and a line of its own; answers how many of each."""
    rng = random.Random(seed)
    body = [mutant(rng, name) for _ in range(count)]
    rows = parse(name, body)
    assert rows[-1]["kind"] == "file"
    assert rows[-1]["reason"] is None
    assert rows[-1]["records"] == len(rows) - 1 == records_by_hand(name, body)
    assert len({row["line_number"] for row in rows[:-1]}) == len(rows) - 1
    for row in rows[:-1]:
        if row["kind"] == "trade":
            assert row["token_units"] > 0
            assert row["sol_lamports"] > 0 or row["direction"] == "sell"
            assert row["sol_lamports"] <= 10**15
            assert (row["fee_source"] == "included") == (row["amount_basis"] == "balance_delta")
            assert row["fee_source"] == "estimated" or row["fee_lamports"] == 0
            assert None not in [row[column] for column in ("traded_at", "signature", "trader_address", "token_mint")]
            assert None not in [row[column] for column in ("venue", "fee_lamports", "token_decimals", "direction")]
        else:
            assert row["reason"]
    return {kind: sum(row["kind"] == kind for row in rows) for kind in ("trade", "refused")}


@pytest.mark.parametrize("name", NAMES)
def test_every_mutated_line_is_a_trade_or_refused(name):
    found = check(name, COUNT, seed=20260102)
    assert min(found.values()) > COUNT // 20, "mutations that all do the same show nothing"


@pytest.mark.parametrize("name", NAMES)
def test_a_good_line_is_a_trade(name):
    (trade, _) = parse(name, [line(name, GOOD[name])] if name in CSV else [])
    assert (trade["kind"], trade["reason"]) == ("trade", None)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_line_becomes_depends_on_no_other_line(name):
    rng = random.Random(7)
    body = [one for one in (mutant(rng, name).replace(b"\n", b"") for _ in range(60)) if one.strip(b" \t\r")]
    together = sorted(parse(name, body)[:-1], key=lambda row: row["line_number"])[-len(body) :]
    volatile = ("line_number", "occurrence")
    for one, row in zip(body, together, strict=True):
        alone = max(parse(name, [one])[:-1], key=lambda found: found["line_number"])
        pair = [{k: v for k, v in one_row.items() if k not in volatile} for one_row in (alone, row)]
        assert pair[0] == pair[1]


@pytest.mark.parametrize("name", NAMES)
def test_permuted_lines_give_permuted_rows(name):
    rng = random.Random(8)
    body = [mutant(rng, name).replace(b"\n", b"") for _ in range(200)]

    def content(lines):
        rows = ({k: v for k, v in row.items() if k not in ("line_number", "sha256")} for row in parse(name, lines))
        return sorted(map(repr, rows))

    assert content(body) == content(rng.sample(body, len(body)))
