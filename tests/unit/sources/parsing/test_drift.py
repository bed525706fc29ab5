"""A file is judged by all of its records: the verdict is the same whatever their order."""

import pytest

from tests.building.source_lines import MINT, SIGNATURE, TRADER

FRAME = {
    "received_at": 1767323045123, "signature": SIGNATURE, "mint": MINT, "traderPublicKey": TRADER, "txType": "buy",
    "tokenAmount": 5.5, "solAmount": 0.1, "pool": "pump", "marketCapSol": 30.5,
}  # fmt: skip
NEW = {**FRAME, "is_holder_coin": True}
OTHER = {**FRAME, "creatorShare": 0.5}
ACK = {"message": "Subscribed."}
SHORT = {name: value for name, value in FRAME.items() if name != "mint"}


@pytest.mark.parametrize("order", ["first", "last", "middle"])
@pytest.mark.parametrize(
    ("frames", "others", "is_drift", "why"),
    [
        ([NEW] * 40, [FRAME], True, "the feed has a new field, and one frame is of before"),
        ([FRAME] * 40, [ACK], False, "one reply of the server"),
        ([FRAME] * 40, [NEW], False, "one frame of tomorrow"),
        ([FRAME] * 40, [NEW] * 2, True, "two are no stray"),
        ([FRAME] * 40, [NEW, ACK], True, "nor are two of different fields"),
        ([FRAME] * 40, [NEW, OTHER], True, "nor are two new fields"),
        ([FRAME] * 2_500, [NEW] * 2, False, "two of 2,500 are strays"),
        ([FRAME] * 2_500, [NEW] * 3, True, "three of 2,500 are not"),
        ([FRAME] * 40, [SHORT], False, "one frame without its mint"),
        ([FRAME] * 40, [SHORT] * 2, True, "two frames without it"),
        ([NEW], [], True, "all of one"),
        ([ACK], [], True, "nothing but a reply"),
        ([FRAME], [{**FRAME, "mint": None}], False, "an empty field is not an absent one"),
    ],
)
def test_the_verdict_does_not_depend_on_the_order(parse, as_json, frames, others, is_drift, why, order):
    place = {"first": 0, "middle": len(frames) // 2, "last": len(frames)}[order]
    rows = [*frames[:place], *others, *frames[place:]]
    parsed = parse("pumpportal", "a.jsonl", as_json(rows))
    if is_drift:
        assert (parsed.file["reason"], parsed.file["records"]) == ("drift", None), why
        return
    assert parsed.file["reason"] is None, why
    assert [number for number, _ in parsed.refused] == [place + n + 1 for n in range(len(others))]
    assert len(parsed.trades) == len(frames)


def test_the_message_says_which_fields_in_how_many_records(parse, as_json):
    parsed = parse("pumpportal", "a.jsonl", as_json([FRAME, NEW, NEW, OTHER, SHORT, SHORT]))
    assert parsed.file["detail"].endswith("a.jsonl") is False
    for said in ("'is_holder_coin' is not a field of pumpportal (2 records)", "'creatorShare' is not a field of",
                 "missing field 'mint' (2 records) of 6", "ignore it by name in sources/pumpportal.py"):  # fmt: skip
        assert said in parsed.file["detail"]


def test_a_new_field_inside_of_a_nested_one_counts_too(parse, line, as_json):
    account = {"account": TRADER, "nativeBalanceChange": 1, "tokenBalanceChanges": [], "new": 1}
    row = {
        "signature": SIGNATURE, "timestamp": 1767323045, "slot": 7, "type": "SWAP", "source": "PUMP_FUN",
        "feePayer": TRADER, "accountData": [account],
    }  # fmt: skip
    parsed = parse("helius_enhanced", "a.jsonl", as_json([row, row]))
    assert parsed.file["reason"] == "drift"


@pytest.mark.parametrize(
    ("source", "file", "name"),
    [
        ("pumpfun_api", "a.jsonl", "username"),
        ("pumpswap_capture", "a.csv", "price"),
        ("pumpswap_capture", "a.csv", "src"),
        ("pumpswap_capture", "a.csv", "created"),
        ("pumpportal", "a.jsonl", "marketCapSol"),
    ],
)
def test_fields_that_are_ignored_may_be_absent(parse, line, as_csv, as_json, source, file, name):
    row = FRAME if source == "pumpportal" else line(source)
    rows = [{field: value for field, value in row.items() if field != name}]
    (trade,) = parse(source, file, as_csv(rows) if file.endswith("csv") else as_json(rows)).trades
    assert trade["token_mint"] == MINT


@pytest.mark.parametrize(
    ("column", "is_kept"), [(b"PUMP\xff", True), (b'"PUMP,\xe9"', True), (b"PUMP\0", False), (b'PUMP"', False)]
)
def test_bytes_in_an_ignored_column_do_not_lose_the_trade(parse, line, as_csv, column, is_kept):
    text = as_csv([line("pumpswap_capture")]).replace(b"PUMP_AMM", column)
    parsed = parse("pumpswap_capture", "a.csv", text)
    assert (len(parsed.trades), len(parsed.refused)) == ((1, 0) if is_kept else (0, 1))


@pytest.mark.parametrize("value", ["NaN", "[-Infinity]", '"\\ud83d"'])
def test_values_that_are_no_text_in_an_ignored_field_do_not_lose_the_trade(parse, as_json, value):
    text = as_json([FRAME] * 3).replace(b'"marketCapSol": 30.5', f'"marketCapSol": {value}'.encode(), 1)
    parsed = parse("pumpportal", "a.jsonl", text)
    assert ([trade["line_number"] for trade in parsed.trades], parsed.refused) == ([1, 2, 3], [])
