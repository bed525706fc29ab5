"""Laws of reading sources: nothing is lost, order is irrelevant, and no bytes make it fail."""

import gzip
import json
import re
from datetime import date

import fsspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import source
from sources.interpreting.addresses import decoded_length, decodes_to, encode
from sources.interpreting.casts import units
from sources.parsing.files import PARSED, FileRef, parse_file
from sources.reading import physical_lines

pytestmark = pytest.mark.usefixtures("many_strays")
DAY = date(2026, 1, 2)
TRADER = encode(b"\x07" * 32)
SIGNATURE = encode(b"\x09" * 64)
HEADERS = {
    "canonical": (
        "traded_at,slot,tx_index,event_index,signature,trader_address,token_mint,direction,token_units,"
        "token_decimals,sol_lamports,fee_lamports,virtual_sol_lamports,virtual_token_units,venue"
    ),
    "pumpswap_capture": "ts,mint,created,pool,trader,side,tokens,sol,price,sig,src",
    "curve_deltas": "ts,mint,signer,kind,token_delta,sol_delta,sig,rank_tx",
}
GOOD = {
    "canonical": f"2026-01-02T03:04:05Z,1,2,3,{SIGNATURE},{TRADER},{TRADER},buy,5,6,7,,,,pumpswap",
    "pumpswap_capture": f"1767323045,{TRADER},1,x,{TRADER},sell,2.5,0.1,,,PUMP_AMM",
    "curve_deltas": f"1767323045,{TRADER},{TRADER},vente,-2.5,0.1,{SIGNATURE},3",
    "pumpfun_api": json.dumps(
        {
            "signature": SIGNATURE,
            "mint": TRADER,
            "sol_amount": 5,
            "token_amount": 6,
            "is_buy": True,
            "user": TRADER,
            "timestamp": 1767323045,
            "tx_index": 1,
            "username": "a",
            "profile_image": None,
            "slot": 2,
        }
    ),
}
NAMES = st.sampled_from(sorted(GOOD))
PIECES = st.sampled_from([b",", b'"', b"\r", b"\n", b"\0", b"\xff", b"-", b"1", b"e9", b"{", b"}", b" ", b"\xc3\xa9"])


@st.composite
def mutated(draw, good):
    """A good line with some of its bytes replaced, left out or put in."""
    line = good.encode()
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(line)))
        stop = draw(st.integers(start, min(start + 20, len(line))))
        line = line[:start] + draw(st.one_of(PIECES, st.binary(max_size=4))) + line[stop:]
    return line


@st.composite
def texts(draw):
    """A source and lines of it, good and broken ones."""
    name = draw(NAMES)
    body = draw(st.lists(st.one_of(st.just(GOOD[name].encode()), mutated(GOOD[name])), max_size=12))
    return name, body


def parse(name, body):
    """The rows of a file whose lines, after the header, are the body's."""
    head = [HEADERS[name].encode()] if name in HEADERS else [GOOD[name].encode()]
    storage = fsspec.filesystem("memory")
    file = "laws.csv.gz" if name in HEADERS else "laws.jsonl.gz"
    storage.pipe_file(f"/{file}", gzip.compress(b"\n".join([*head, *body]), 1))
    batches = parse_file(source(name), FileRef(f"/{file}", file, DAY), storage)
    return pa.Table.from_batches(list(batches), PARSED).to_pylist()


def records_by_hand(name, body):
    """How many records the lines are, counted with a regular expression."""
    text = b"\n".join(body)
    kept = [part for part in text.split(b"\n") if not re.fullmatch(rb"[ \t\r]*", part)]
    return len(kept) + (name not in HEADERS)


@settings(max_examples=150, deadline=None)
@given(texts())
def test_every_record_is_a_trade_or_refused(given_text):
    name, body = given_text
    rows = parse(name, body)
    assert rows[-1]["kind"] == "file"
    assert rows[-1]["records"] == len(rows) - 1 == records_by_hand(name, body)
    numbers = [row["line_number"] for row in rows[:-1]]
    assert len(set(numbers)) == len(numbers)


@settings(max_examples=60, deadline=None)
@given(texts(), st.randoms(use_true_random=False))
def test_permuted_lines_give_permuted_rows(given_text, random):
    name, body = given_text
    body = [line.replace(b"\n", b"") for line in body]
    shuffled = random.sample(body, len(body))

    def content(rows):
        kept = [{k: v for k, v in row.items() if k not in ("line_number", "sha256")} for row in rows]
        return sorted(map(repr, kept))

    assert content(parse(name, body)) == content(parse(name, shuffled))


@settings(max_examples=60, deadline=None)
@given(texts())
def test_what_a_line_becomes_does_not_depend_on_its_neighbours(given_text):
    """Plain lines take another way through the parser once an odd one is among them."""
    name, body = given_text
    body = [line for line in (line.replace(b"\n", b"") for line in body) if line.strip(b" \t\r")]
    together = sorted(parse(name, body)[:-1], key=lambda row: row["line_number"])[-len(body) or len(body) + 9 :]
    volatile = ("line_number", "occurrence")
    for line, row in zip(body, together, strict=True):
        alone = max(parse(name, [line])[:-1], key=lambda found: found["line_number"])
        assert {k: v for k, v in alone.items() if k not in volatile} == {
            k: v for k, v in row.items() if k not in volatile
        }


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.zst", "a.parquet"]),
)
def test_any_bytes_close_with_one_row(data, file):
    storage = fsspec.filesystem("memory")
    storage.pipe_file(f"/any/{file}", data)
    batches = list(parse_file(source("canonical"), FileRef(f"/any/{file}", file, DAY), storage))
    kinds = [kind for batch in batches for kind in batch["kind"].to_pylist()]
    assert kinds[-1] == "file"
    assert kinds.count("file") == 1


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400).map(lambda raw: raw.replace(b"\0", b"\n")),
    st.lists(st.integers(1, 50), min_size=1),
)
def test_lines_do_not_depend_on_how_the_text_is_cut(text, sizes):
    def read(chunks):
        return [(int(b.numbers[i]), b.line(i)) for b in physical_lines.blocks(chunks) for i in range(len(b))]

    chunks, rest = [], text[3:]
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    assert read([text[:3], *chunks, rest]) == read([text])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(min_size=30, max_size=34).map(encode),
            st.binary(min_size=62, max_size=66).map(encode),
            st.text("1zJ5", min_size=30, max_size=46),
            st.text(min_size=30, max_size=90),
            st.none(),
        )
    ),
    st.sampled_from([32, 64]),
)
def test_base58_by_columns_agrees_with_decoding(texts_given, size):
    texts_given = [text if text is None else text.encode("utf-8", "ignore").decode() for text in texts_given]
    expected = [text is None or decoded_length(text) == size for text in texts_given]
    assert decodes_to(pa.array(texts_given, pa.string()), size).tolist() == expected


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 12), st.booleans())
def test_amounts_survive_their_text(amount, decimals, scientific):
    text = f"{amount}e-{decimals}" if scientific else f"{amount // 10**decimals if amount >= 0 else amount}"
    values, faults, *_ = units(pa.array([text]), decimals if scientific else 0)
    assert faults == []
    assert values[0].as_py() == (amount if scientific or amount < 0 else amount // 10**decimals)
