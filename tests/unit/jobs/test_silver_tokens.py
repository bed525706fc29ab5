"""Facts of tokens and pools: what events say, which of them counts, and since when it is known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from jobs import silver_tokens
from jobs.running.context import open_context
from jobs.running.lookups import latest_rows
from jobs.running.runner import run_pass
from jobs.running.step_context import StepContext
from pumploss.days import span
from pumploss.report import RunReport
from pumploss.tables import bronze_token_events, silver_pools
from pumploss.tables.silver_tokens import TABLE

EVENTS = bronze_token_events.TABLE
DAYS = D1, D2, D3 = span(date(2026, 1, 5), date(2026, 1, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def later(hours):
    return NOON + timedelta(hours=hours)


def midnight_after(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


@pytest.fixture
def tokens(frame, rows_of):
    """Rows of `silver_tokens` from events and from what was known before."""

    def tokens(*events, before=()):
        plain = {"event_kind": "create", "token_mint": "m", "occurred_at": NOON, "dump_day": D1}
        given = frame(EVENTS, *({**plain, "line_number": n, **event} for n, event in enumerate(events)))
        found = silver_tokens.transform(silver_tokens.token_facts(given), frame(TABLE, *before), TABLE)
        return rows_of(found, "token_mint", "known_day")

    return tokens


def test_each_event_says_what_it_knows_of_its_token(tokens):
    rows = tokens(
        {"creator_address": "c", "token_decimals": 6, "quote_mint": "sol", "is_mayhem": True},
        {"event_kind": "complete", "occurred_at": later(1)},
        {"event_kind": "migrate", "occurred_at": later(2), "pool_address": "p"},
        {"event_kind": "create_pool", "occurred_at": later(2), "pool_address": "p", "creator_address": "pool's"},
    )
    assert rows == [
        {
            "token_mint": "m", "launched_at": NOON, "creator_address": "c", "graduated_at": later(1),
            "pool_address": "p", "token_decimals": 6, "decimals_basis": "event", "decimals_known_day": D1,
            "first_trade_date": None, "quote_mint": "sol", "is_mayhem": True, "known_at": midnight_after(D1),
            "known_day": D1,
        }
    ]  # fmt: skip


def test_a_pool_that_anyone_opened_says_only_the_decimals(tokens):
    (row,) = tokens(
        {"event_kind": "create_pool", "pool_address": "p", "quote_mint": "usdc", "creator_address": "x",
         "token_decimals": 9}
    )  # fmt: skip
    known = {
        name: row[name] for name in ("launched_at", "creator_address", "graduated_at", "pool_address", "quote_mint")
    }
    assert set(known.values()) == {None}
    assert row["token_decimals"] == 9


def test_a_migration_alone_shows_that_the_curve_was_sold_out(tokens):
    assert tokens({"event_kind": "migrate", "pool_address": "p"})[0]["graduated_at"] == NOON


def test_each_day_holds_what_was_known_at_its_close_where_it_added_something(tokens):
    rows = tokens(
        {"creator_address": "c"},
        {"event_kind": "complete", "dump_day": D3, "occurred_at": later(40)},
        {"token_mint": "n", "dump_day": D2},
    )
    assert [(row["token_mint"], row["known_day"], row["graduated_at"]) for row in rows] == [
        ("m", D1, None),
        ("m", D3, later(40)),
        ("n", D2, None),
    ]
    assert rows[1]["creator_address"] == "c"
    assert [row["known_at"] for row in rows] == [midnight_after(row["known_day"]) for row in rows]


def test_what_was_known_first_stays_and_the_earliest_time_counts(tokens):
    rows = tokens(
        {"dump_day": D3, "occurred_at": later(-2), "creator_address": "late", "token_decimals": 9, "quote_mint": "q"},
        {"dump_day": D2, "occurred_at": NOON, "creator_address": "c", "token_decimals": 6},
    )
    final = rows[-1]
    assert (final["creator_address"], final["token_decimals"], final["quote_mint"]) == ("c", 6, "q")
    assert final["launched_at"] == later(-2)


def test_of_one_day_the_chain_decides(tokens):
    rows = tokens(
        {"slot": 2, "creator_address": "b"},
        {"slot": 1, "tx_index": 4, "creator_address": "a"},
        {"slot": 1, "tx_index": 5, "creator_address": "c"},
    )
    assert [row["creator_address"] for row in rows] == ["a"]


def test_earlier_days_count_first(tokens):
    before = {"token_mint": "m", "creator_address": "c", "launched_at": later(9), "known_day": D1, "token_decimals": 6,
              "decimals_basis": "event", "decimals_known_day": D1}  # fmt: skip
    other = {"token_mint": "n", "known_day": D1}
    rows = tokens({"dump_day": D3, "creator_address": "x", "quote_mint": "q"}, before=[before, other])
    assert [(row["token_mint"], row["known_day"]) for row in rows] == [("m", D3)]
    assert (rows[0]["creator_address"], rows[0]["quote_mint"], rows[0]["launched_at"]) == ("c", "q", NOON)


def test_a_pool_is_known_by_its_address(frame, rows_of):
    given = frame(
        EVENTS,
        {"event_kind": "create_pool", "pool_address": "p", "token_mint": "m", "quote_mint": "q", "occurred_at": NOON,
         "dump_day": D1, "token_decimals": 6},
        {"event_kind": "migrate", "pool_address": "p", "token_mint": "other", "occurred_at": later(-1), "dump_day": D2},
        {"event_kind": "create", "token_mint": "m", "occurred_at": NOON, "dump_day": D1},
    )  # fmt: skip
    found = silver_tokens.transform(silver_tokens.pool_facts(given), frame(silver_pools.TABLE), silver_pools.TABLE)
    first, second = rows_of(found, "known_day")
    assert first == {
        "pool_address": "p", "token_mint": "m", "quote_mint": "q", "token_decimals": 6, "pool_opened_at": NOON,
        "known_at": midnight_after(D1), "known_day": D1,
    }  # fmt: skip
    assert (second["token_mint"], second["pool_opened_at"], second["known_day"]) == ("m", later(-1), D2)


def random_events(rng):
    kinds = ("create", "complete", "create_pool", "migrate", "rewrite")
    return [
        {
            "dump_day": (day := rng.choice(DAYS)),
            "occurred_at": midnight_after(day) - timedelta(hours=rng.randrange(1, 60)),
            "event_kind": (kind := rng.choice(kinds)),
            "token_mint": f"mint-{rng.randrange(4)}",
            "pool_address": f"pool-{rng.randrange(5)}" if kind in kinds[2:4] else None,
            "is_mayhem": kind == "rewrite" or rng.choice((None, False, True))
            if kind in ("create", "rewrite")
            else None,
            "creator_address": rng.choice((None, "a", "b")),
            "quote_mint": rng.choice((None, "sol", "usdc")),
            "token_decimals": rng.choice((None, 6, 9)),
            "slot": rng.choice((None, 1, 2)),
            "line_number": number,
        }
        for number in range(40)
    ]


def told(events, day):
    """What a plain reading tells of each token at the close of a day."""
    facts = {}
    inf = float("inf")
    ordered = sorted(
        (event for event in events if event["dump_day"] <= day),
        key=lambda e: (e["dump_day"], e["occurred_at"], inf if e["slot"] is None else e["slot"], e["line_number"]),
    )
    launched = {(e["token_mint"], e["dump_day"]) for e in ordered if e["event_kind"] == "create" and _has_mode(e)}
    for event in ordered:
        kind = event["event_kind"]
        if kind == "rewrite" and (event["token_mint"], event["dump_day"]) in launched:
            continue  # the launch of that day says the mode
        row = facts.setdefault(
            event["token_mint"],
            dict.fromkeys((*silver_tokens.TOKEN_FACTS, "token_decimals", "launched_at", "graduated_at")),
        )
        said = {"is_mayhem": event["is_mayhem"]} if kind in ("create", "rewrite") else {}
        if kind != "rewrite":
            said |= {"token_decimals": event["token_decimals"]}
            said |= {"creator_address": event["creator_address"]} if kind == "create" else {}
            said |= {"pool_address": event["pool_address"]} if kind == "migrate" else {}
            said |= {"quote_mint": event["quote_mint"]} if kind != "create_pool" else {}
        for name, value in said.items():
            row[name] = value if row[name] is None else row[name]
        times = {"launched_at": ("create",), "graduated_at": ("complete", "migrate")}
        for name, kinds in times.items():
            if kind in kinds:
                row[name] = min(row[name] or event["occurred_at"], event["occurred_at"])
    return facts


def _has_mode(event):
    return event["is_mayhem"] is not None


def publish(context, frame, events):
    """The events as bronze leaves them."""
    StepContext(context, DAYS, RunReport("bronze_trades")).publish(EVENTS, frame(EVENTS, *events), DAYS)


def test_days_one_by_one_are_a_range_and_what_a_plain_reading_tells(settings, spark, frame, rows_of, digests, tmp_path):
    # A curve may end before it begins here: that check is of the contract, and not what this is about.
    events = [event for event in random_events(Random(5)) if event["event_kind"] != "complete"]
    events = [event for event in events if event["event_kind"] != "create" or event["dump_day"] == D1]
    found = {}
    for name, passes in {"range": (DAYS,), "days": ((D1,), (D2,), (D3,))}.items():
        with open_context(replace(settings, home=tmp_path / name, lake=str(tmp_path / name / "lake"))) as context:
            publish(context, frame, events)
            for days in passes:
                report = run_pass(context, RunReport("silver_tokens"), days)
                assert sorted(report.days) == list(days)
            found[name] = digests(context)
            for day in DAYS:
                rows = rows_of(
                    latest_rows(context.read(TABLE, span(D1, day)), ["token_mint"], "known_day"), "token_mint"
                )
                expected = told(events, day)
                assert {row["token_mint"]: {k: row[k] for k in expected[row["token_mint"]]} for row in rows} == expected
                assert all(row["known_at"] <= midnight_after(day) for row in rows)
    assert found["range"] == found["days"]
