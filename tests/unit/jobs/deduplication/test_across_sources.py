"""One trade from two sources: the better one counts, whole, in any order of rows."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.deduplication.across_sources import around, is_by_date, marked, once_dated, refuse_mixtures
from pumploss.errors import CheckError, SourceError
from pumploss.tables.bronze_trades import TABLE
from sources import SOURCES

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BEST, GOOD, POOR = "canonical", "pumpfun_api", "helius_enhanced"


def row(number, source, **changed):
    return {
        "traded_at": NOON, "token_mint": "m", "trader_address": "t", "direction": "buy", "signature": "s",
        "trade_id": str(number), "line_number": number, "source": source, **changed,
    }  # fmt: skip


@pytest.fixture
def kept(frame, rows_of):
    """Line numbers of the rows that count."""

    def kept(*rows):
        found = rows_of(marked(frame(TABLE, *rows), {row["source"] for row in rows}), "line_number")
        assert len(found) == len(rows)
        return [row["line_number"] for row in found if not row["is_superseded"]]

    return kept


def test_every_source_has_a_precedence_of_its_own():
    assert len({source.precedence for source in SOURCES.values()}) == len(SOURCES)


def test_the_source_with_the_lowest_precedence_counts(kept):
    assert kept(row(1, POOR), row(2, GOOD)) == [2]
    assert kept(row(1, POOR), row(2, BEST), row(3, GOOD)) == [2]
    assert kept(row(1, POOR, dump_day=date(2026, 1, 5)), row(2, GOOD, dump_day=date(2026, 1, 9))) == [2]


def test_it_counts_whole_whatever_the_others_say(kept):
    two_trades = (row(1, BEST), row(2, BEST, direction="sell"))
    net = row(3, POOR, token_units=5, sol_lamports=7, trader_address="payer")
    assert kept(*two_trades, net) == [1, 2]
    assert kept(row(1, BEST), row(2, POOR), row(3, POOR, direction="sell")) == [1]


def test_another_mint_or_transaction_is_another_matter(kept):
    assert kept(row(1, BEST), row(2, POOR, token_mint="n")) == [1, 2]
    assert kept(row(1, BEST), row(2, POOR, signature="r")) == [1, 2]
    hops = [row(1, BEST), row(2, POOR), row(3, POOR, token_mint="n", direction="sell")]
    assert kept(*hops) == [1, 3]


def test_both_directions_of_one_signature_stay(kept):
    assert kept(row(1, BEST), row(2, BEST, direction="sell"), row(3, BEST, token_mint="n")) == [1, 2, 3]


def test_rows_without_a_signature_are_never_matched(kept):
    assert kept(row(1, BEST, signature=None), row(2, POOR, signature=None), row(3, POOR)) == [1, 2, 3]


def test_one_source_supersedes_nothing(kept):
    assert kept(row(1, POOR), row(2, POOR), row(3, POOR, signature=None)) == [1, 2, 3]


def test_exactly_the_rows_of_the_best_source_in_any_order(frame, kept):
    """Against the definition, on random rows."""
    rng = random.Random(11)
    rows = [
        row(n, rng.choice((BEST, GOOD, POOR)), token_mint=rng.choice("mn"), signature=rng.choice((*"abcdefgh", None)))
        for n in range(60)
    ]
    best = {}
    for one in rows:
        pair = (one["signature"], one["token_mint"])
        best[pair] = min(best.get(pair, 99), SOURCES[one["source"]].precedence)
    expected = [
        one["line_number"]
        for one in rows
        if one["signature"] is None or SOURCES[one["source"]].precedence == best[(one["signature"], one["token_mint"])]
    ]
    assert 20 < len(expected) < 60
    for _ in range(2):
        assert kept(*rng.sample(rows, len(rows))) == expected


def test_copies_on_two_dates_count_on_that_of_the_first_dump(frame, rows_of):
    """Only where times are those of receipt: block times of one trade are equal."""
    next_day, feed = NOON + timedelta(days=1), "pumpportal"
    rows = [
        row(1, feed, trade_id="a", traded_at=next_day, file="x"),
        row(2, feed, trade_id="a"),
        row(3, feed, trade_id="a", line_number=3),
        row(4, feed, trade_id="b", traded_at=next_day),
    ]

    def superseded(source):
        found = once_dated(marked(frame(TABLE, *({**one, "source": source} for one in rows)), {source}), {source})
        return [one["line_number"] for one in rows_of(found, "line_number") if one["is_superseded"]]

    assert superseded(feed) == [1]
    assert superseded(BEST) == []
    assert not is_by_date({feed})
    assert not is_by_date({BEST, GOOD})
    assert is_by_date({BEST})
    assert is_by_date(set())


def test_an_unknown_source_is_an_error(frame):
    with pytest.raises(SourceError, match="'gossip'"):
        marked(frame(TABLE), {BEST, "gossip"})


def test_what_is_around_a_day(frame, rows_of):
    midnight = datetime(2026, 1, 6, tzinfo=UTC)
    seconds = (-601, -600, -599, 0, 599, 600, 86_400 - 601, 86_400 - 600, 86_400 + 599, 86_400 + 600)
    rows = [row(n, BEST, traded_at=midnight + timedelta(seconds=second)) for n, second in enumerate(seconds)]
    found = rows_of(frame(TABLE, *rows).where(around([date(2026, 1, 6)])), "line_number")
    assert [seconds[one["line_number"]] for one in found] == [-600, -599, 0, 599, 600, 85_799, 85_800, 86_999]


def test_an_unsigned_source_beside_another_is_refused(frame):
    with pytest.raises(CheckError, match="one and two both cover mint m in the hour of 2026-01-05 12:00:00 UTC"):
        refuse_mixtures(frame(TABLE, row(1, "one"), row(2, "two", signature=None, traded_at=NOON.replace(second=59))))


@pytest.mark.parametrize(
    "other",
    [
        {"source": "one", "signature": None},
        {"source": "two"},
        {"source": "two", "signature": None, "token_mint": "n"},
        {"source": "two", "signature": None, "traded_at": NOON.replace(hour=13)},
    ],
)
def test_sources_that_can_be_told_apart_are_taken(frame, other):
    for rows in itertools.permutations((row(1, "one"), row(2, "one"), {**row(3, "one"), **other})):
        refuse_mixtures(frame(TABLE, *rows))
