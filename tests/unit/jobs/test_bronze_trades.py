"""Which lines are the same trade, what pools say of trades, and the sums of files."""

import gzip
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from jobs.bronze import accounting, pools
from jobs.bronze.accounting import Fates
from jobs.bronze.refused_lines import PLACE, TEXT, read_lines, with_text
from jobs.deduplication.within_source import identified
from jobs.running.runner import run_step
from pumploss.errors import ConservationError, LandingError
from pumploss.report import RunReport
from pumploss.tables import bronze_trades, quarantine_trades
from sources.interpreting.rows import SOL_MINTS, STABLE_MINTS
from sources.parsing.schema import TABLE as PARSED

NATIVE_SOL, SOL = SOL_MINTS
USDC = STABLE_MINTS[0]
D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def trades(frame):
    """Parsed trades from what matters of them; each on a line of its own."""

    def trades(*rows):
        plain = {
            "kind": "trade", "traded_at": NOON, "dump_day": D1, "source": "canonical", "file": "a", "token_mint": "m",
            "trader_address": "t", "direction": "buy", "token_units": 5, "sol_lamports": 7, "signature": "s",
            "occurrence": 1,
        }  # fmt: skip
        numbered = [{"line_number": n, "line_digest": f"digest-{n}", **row} for n, row in enumerate(rows, 1)]
        return frame(PARSED, *({**plain, **row} for row in numbered))

    return trades


@pytest.fixture
def split(trades, rows_of):
    """`(line numbers that are trades, line numbers that are copies, trade ids)` of parsed trades."""

    def split(*rows):
        kept, copies = identified(trades(*rows))
        found = rows_of(kept, "file", "line_number")
        copied = [row["line_number"] for row in rows_of(copies, "file", "line_number")]
        return [row["line_number"] for row in found], copied, [row["trade_id"] for row in found]

    return split


def test_equal_events_at_different_places_of_the_chain_are_different_trades(split):
    kept, copies, ids = split({"event_index": 2}, {"event_index": 1}, {"event_index": 4})
    assert (kept, copies) == ([1, 2, 3], [])
    assert len(set(ids)) == 3
    alone = split({"event_index": 9})
    assert alone[2] == [ids[1]], "the first in native order bears the identity that it has where it is alone"


def test_equal_events_at_one_place_are_one_trade_whatever_else_differs(split):
    kept, copies, ids = split(
        {"event_index": 1, "fee_lamports": 3}, {"event_index": 1, "fee_lamports": 4}, {"event_index": 2}
    )
    assert (kept, copies) == ([1, 3], [2])
    assert len(set(ids)) == 2


def test_equal_events_of_a_source_without_places_are_one_trade_the_earliest(split):
    later = NOON.replace(second=1)
    kept, copies, _ = split({"traded_at": later}, {"traded_at": NOON}, {"traded_at": later, "file": "b"})
    assert (kept, copies) == ([2], [1, 3])


def test_a_line_that_states_no_place_is_no_trade_of_its_own(split):
    kept, copies, ids = split({"event_index": 3}, {}, {"event_index": 4})
    assert (len(kept), len(copies), len(set(ids))) == (2, 1, 2)


@pytest.mark.parametrize(
    "other",
    [{"signature": "z"}, {"trader_address": "z"}, {"token_mint": "z"}, {"direction": "sell"}, {"token_units": 6},
     {"sol_lamports": 8}],
)  # fmt: skip
def test_events_that_differ_are_different_trades(split, other):
    kept, copies, ids = split({}, other)
    assert (kept, copies) == ([1, 2], [])
    assert len(set(ids)) == 2


def test_days_and_sources_are_told_apart_but_share_the_identity(split):
    kept, copies, ids = split({}, {"dump_day": D2}, {"source": "dune_trades"})
    assert (kept, copies) == ([1, 2, 3], [])
    assert len(set(ids)) == 1


def test_unsigned_lines_count_as_often_as_in_the_file_that_has_most_of_them(trades, rows_of):
    line = {"signature": None, "line_digest": "same"}
    kept, copies = identified(
        trades(
            {**line, "occurrence": 1},
            {**line, "occurrence": 2},
            {**line, "occurrence": 1, "file": "b"},
            {"signature": None, "line_digest": "other"},
        )
    )
    found = rows_of(kept, "line_number")
    assert [(row["line_number"], row["is_ambiguous_duplicate"]) for row in found] == [(1, True), (2, True), (4, False)]
    assert len({row["trade_id"] for row in found}) == 3
    assert [row["line_number"] for row in rows_of(copies)] == [3]


def event(**given):
    row = {"kind": "event", "event_kind": "create_pool", "occurred_at": NOON, "dump_day": D2, "pool_address": "p"}
    return {**row, "token_mint": "m", "quote_mint": SOL, "token_decimals": 9, "file": "f", "line_number": 1, **given}


@pytest.fixture
def known(frame, rows_of):
    def known(*events):
        return rows_of(pools.known_pools(frame(PARSED, *(event(**given) for given in events))), "pool_address")

    return known


def test_a_pool_is_what_its_first_dump_day_says(known):
    (row,) = known({"dump_day": D3, "token_mint": "later"}, {"file": "g"}, {"dump_day": D3, "occurred_at": NOON})
    assert row == {
        "pool_address": "p", "pool_mint": "m", "pool_quote": SOL, "pool_decimals": 9, "known_day": D2,
        "known_file": "g",
    }  # fmt: skip


def test_of_one_day_a_creation_counts_before_a_migration_then_the_chain(known):
    migration = {"event_kind": "migrate", "occurred_at": NOON.replace(hour=1), "quote_mint": None}
    late = {"token_mint": "late", "occurred_at": NOON.replace(hour=13)}
    assert [row["pool_mint"] for row in known(late, {**migration, "token_mint": "x"}, {})] == ["m"]
    (row,) = known({**migration, "token_decimals": None})
    assert (row["pool_quote"], row["pool_decimals"]) == (SOL, 6)


def test_events_without_a_pool_say_nothing_of_pools(known):
    assert known({"event_kind": "create", "pool_address": None}, {"event_kind": "complete"}) == []


@pytest.fixture
def judge(trades, frame, rows_of):
    """What becomes of one trade in the pool `p`, of which one event is known."""

    def judge(given, **trade):
        row = {"token_mint": None, "pool_address": "p", "dump_day": D2, "token_decimals": 6, **trade}
        found = pools.judged(trades(row), pools.known_pools(frame(PARSED, event(**given))))
        return rows_of(found)[0]

    return judge


@pytest.mark.parametrize("quote", [SOL, NATIVE_SOL])
def test_a_trade_takes_mint_and_decimals_of_its_pool(judge, quote):
    row = judge({"quote_mint": quote})
    assert (row["token_mint"], row["token_decimals"], row["is_decimals_assumed"]) == ("m", 9, False)
    assert (row["reason"], row["detail"]) == (None, None)


def test_decimals_that_no_event_states_are_those_of_pump_or_assumed(judge):
    row = judge({"token_decimals": None, "token_mint": "coinpump"})
    assert (row["token_decimals"], row["is_decimals_assumed"]) == (6, False)
    row = judge({"token_decimals": None})
    assert (row["token_decimals"], row["is_decimals_assumed"]) == (9, True)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"quote_mint": USDC}, "non_sol_quote"),
        ({"quote_mint": None}, "non_sol_quote"),
        ({"token_mint": SOL, "quote_mint": "m"}, "non_sol_quote"),
        ({"token_mint": USDC}, "quote_leg"),
        ({"token_mint": SOL, "quote_mint": USDC}, "quote_leg"),
    ],
)
def test_pools_that_are_no_coin_against_sol_are_refused(judge, given, reason):
    row = judge(given)
    assert row["reason"] == reason
    assert row["detail"].startswith("pool_address='p' of pool_mint='")


def test_a_pool_that_becomes_known_later_is_unknown(judge):
    row = judge({}, dump_day=D1)
    assert (row["reason"], row["detail"]) == ("unknown_pool", "pool_address='p'")
    assert judge({}, pool_address="q")["detail"] == "pool_address='q'"


@pytest.fixture
def refused(frame):
    def refused(*rows):
        plain = {"reason": "unknown_pool", "detail": "pool_address='p'", "raw": "{}", "raw_bytes": 2, "file": "f"}
        numbered = [{"line_number": n, "dump_day": D1, **row} for n, row in enumerate(rows, 1)]
        return frame(quarantine_trades.TABLE, *({**plain, **row} for row in numbered))

    return refused


def test_lines_wait_until_the_day_that_names_their_pool_and_no_longer(refused, frame, rows_of):
    lines = refused(
        {}, {"detail": "pool_address='q'"}, {"reason": "sign"}, {"dump_day": D2}, {"dump_day": D3},
        {"raw_bytes": 70_000},
    )  # fmt: skip
    known = pools.known_pools(frame(PARSED, event()))
    (row,) = rows_of(pools.waiting(lines, known, (D2, D3)))
    assert (row["line_number"], row["dump_day"], row["known_day"], row["known_file"]) == (1, D1, D2, "f")
    assert rows_of(pools.waiting(lines, known, (D3,))) == []


def test_stored_refusals_are_looked_at_within_the_window_except_of_samples(refused, rows_of):
    far = date(2025, 12, 1)
    lines = refused(
        {"source": "anchor_events"}, {"dump_day": far, "source": "anchor_events"}, {"dump_day": D2},
        {"dump_day": far, "source": "dune_trades"}, {"dump_day": D3}, {"reason": "sign"},
    )  # fmt: skip
    assert [row["line_number"] for row in rows_of(lines.where(pools.still_waiting((D2,))), "line_number")] == [1, 4]


@pytest.mark.parametrize(
    ("source", "traded_at", "is_too_late"),
    [
        ("anchor_events", datetime(2025, 12, 30, tzinfo=UTC), False),
        ("anchor_events", datetime(2025, 12, 29, 23, 59, 59, tzinfo=UTC), True),
        ("dune_trades", datetime(2025, 1, 1, tzinfo=UTC), False),
    ],
)
def test_what_is_tried_again_is_a_trade_of_the_day_that_names_its_pool(
    trades, frame, rows_of, source, traded_at, is_too_late
):
    given = {"token_mint": None, "pool_address": "p", "dump_day": date(2025, 12, 30), "file": "old", "line_number": 8}
    again = trades({**given, "source": source, "traded_at": traded_at})
    (row,) = rows_of(pools.retried(again, pools.known_pools(frame(PARSED, event()))))
    assert (row["dump_day"], row["file"], row["line_number"]) == (D2, "old", 8)
    assert (row["token_mint"], row["reason"], row["is_too_late"]) == ("m", None, is_too_late)


def landed(**given):
    plain = {"dump_day": D1, "source": "canonical", "file": "f", "records": 6, "sha256": "0", "reason": None}
    return {**plain, "trailing_bytes_count": None, **given}


def counts(**given):
    return Counter({(D1, name): count for name, count in given.items()})


def test_a_files_records_are_written_refused_copied_or_routed():
    fates = Fates(counts(f=2, old=1), counts(f=1, old=2), counts(f=1), counts(f=2), {(D1, "old"): ("f", 3)})
    report = RunReport("bronze_trades")
    accounting.account([landed()], fates, report)
    day = report.days[D1]
    again = {"path": "old", "records": 3, "written": 1, "quarantined": 2, "duplicate": 0}
    assert day.inputs == [
        {
            "path": "f", "sha256": "0", "records": 6, "written": 2, "quarantined": 1, "duplicate": 1,
            "routed": {"bronze_token_events": 2}, "retried": [again],
        }
    ]  # fmt: skip
    assert (day.rows_read, day.rows_written, day.rows_quarantined, day.rows_duplicate) == (9, 3, 3, 1)


def test_a_file_says_how_many_events_are_longer_than_any_that_is_known():
    report = RunReport("bronze_trades")
    accounting.account([landed(trailing_bytes_count=2)], Fates(counts(f=6), counts(), counts()), report)
    assert report.days[D1].inputs[0]["trailing_bytes_count"] == 2


@pytest.mark.parametrize("retried", [{}, {(D1, "old"): ("f", 1)}])
def test_a_record_that_is_lost_stops_everything(retried):
    fates = Fates(counts(f=6) if retried else counts(f=5), counts(), counts(), counts(), retried)
    with pytest.raises(ConservationError, match=r"(f holds 6|old holds 1) records"):
        accounting.account([landed()], fates, RunReport("bronze_trades"))


def test_days_of_daily_sources_without_a_record_are_named():
    with pytest.raises(LandingError, match="canonical/2026-01-06 landed without a single record"):
        accounting.refuse_empty(["canonical"], [landed()], (D1, D2))


def test_a_refused_line_is_read_again_as_it_stands(land, tmp_path):
    import hashlib

    import pyarrow as pa

    trade = {"traded_at": NOON, "trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 1}
    path = land(tmp_path, D1, [{**trade, "sol_lamports": n} for n in range(1, 6)])
    file = {"path": str(path), "file": "a.csv.gz", "source": "canonical", "dump_day": D1, "line_numbers": [3, 6]}
    found = [row for batch in read_lines(iter([pa.RecordBatch.from_pylist([file])])) for row in batch.to_pylist()]
    assert [(row["line_number"], row["raw"].split(",")[10]) for row in found] == [(3, "2"), (6, "5")]
    for row in found:
        assert row["raw_bytes"] == len(row["raw"])
        assert row["raw_sha256"] == hashlib.sha256(row["raw"].encode()).hexdigest()


def test_text_that_is_known_is_not_read_again(spark, frame, land, tmp_path, rows_of):
    trade = {"traded_at": NOON, "trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 1}
    name = f"canonical/{D1}/trades.csv.gz"
    path = land(tmp_path, D1, [{**trade, "sol_lamports": n} for n in range(1, 4)])
    place = {"dump_day": D1, "source": "canonical", "line_number": 2, "reason": "unit_mistake", "detail": "d"}
    refused = frame(quarantine_trades.TABLE, {**place, "file": name}, {**place, "file": "long gone"})
    known = frame(quarantine_trades.TABLE, {**place, "file": "long gone", "raw": "as it was", "raw_bytes": 9})
    found = with_text(
        refused.select(*PLACE, "reason", "detail"),
        [{"path": str(path), "name": name}],
        spark,
        known.select(*PLACE, *TEXT),
    )
    assert [(row["file"], row["raw_bytes"], row["reason"]) for row in rows_of(found, "file")] == [
        (name, len(gzip.decompress(path.read_bytes()).splitlines()[1]), "unit_mistake"),
        ("long gone", 9, "unit_mistake"),
    ]


def test_a_mistaken_unit_is_refused_whole_and_accounted_for(context, land, rows_of):
    plain = {"trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 10**9, "sol_lamports": 10**7}
    dump = [{**plain, "traded_at": NOON.replace(minute=n), "signature": f"s{n}"} for n in range(9)]
    dump[4]["sol_lamports"] *= 10**9
    path = land(context.settings.landing, D1, dump)
    report = run_step(context, "bronze_trades", [D1])
    (row,) = rows_of(context.lake.read(quarantine_trades.TABLE))
    assert (row["reason"], row["line_number"]) == ("unit_mistake", 6)
    assert row["raw"] == gzip.decompress(path.read_bytes()).decode().splitlines()[5]
    assert sorted(row["line_number"] for row in rows_of(context.lake.read(bronze_trades.TABLE))) == [
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        10,
    ]
    day = report.days[D1]
    assert (day.rows_read, day.rows_written, day.rows_quarantined, day.rows_duplicate) == (9, 8, 1, 0)
    assert report.details["reasons"] == {"unit_mistake": 1}
