"""Laws of features and labels on random small markets: nothing after T shows, and how days are run does not matter."""

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import registry
from jobs import gold_labels, gold_trader_features
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_trader_day
from tests.building.feature_inputs import features_of, windows_of
from tests.building.random_market import FIRST, LAST, TABLES, TRADERS, Row, day_of, market, upto

few = settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 10**6)
as_of_days = st.integers(32, 45).map(lambda days: shift(FIRST, days))


@pytest.fixture(scope="module")
def features(frame: Any) -> Any:
    """`features(tables, days)`: rows of features by trader and T."""

    def compute(tables: list[list[Row]], days: list[date]) -> dict[tuple[str, date], Row]:
        frames = {table.name: frame(table, *rows) for table, rows in zip(TABLES, tables, strict=True)}
        found = features_of(frames, days).toArrow().to_pylist()
        return {(row["trader_address"], row["feature_day"]): row for row in found}

    return compute


@pytest.fixture(scope="module")
def known_at(frame: Any) -> Any:
    """`known_at(tables, as_of)`: of each trader with features when these were known, and when what own windows rest on
    was, of all traders.
    """

    def computed(tables: list[list[Row]], as_of: date) -> tuple[dict[str, Any], dict[str, Any]]:
        frames = {table.name: frame(table, *rows) for table, rows in zip(TABLES, tables, strict=True)}
        windows = windows_of(frames, [as_of])
        features = gold_trader_features.transform(windows, frames["gold_market_day"], [as_of])
        own = windows.where("trader_address IS NOT NULL")
        found = (one.select("trader_address", "known_at").toArrow().to_pylist() for one in (features, own))
        of_all, of_own = ({row["trader_address"]: row["known_at"] for row in rows} for rows in found)
        return of_all, of_own

    return computed


@pytest.fixture(scope="module")
def outcomes(frame: Any) -> Any:
    """`outcomes(trader_days, pairs)`: labels of (trader, T) by trader and T."""
    from features.registry import TABLE

    def compute(trader_days: list[Row], pairs: list[tuple[str, date]]) -> dict[tuple[str, date], Row]:
        eligible = frame(TABLE, *({"trader_address": trader, "feature_day": day} for trader, day in pairs))
        found = gold_labels.transform(eligible, frame(gold_trader_day.TABLE, *trader_days)).toArrow().to_pylist()
        return {(row["trader_address"], row["label_day"]): row for row in found}

    return compute


@few
@given(seed=seeds, as_of=as_of_days)
def test_what_happens_from_t_on_never_shows_in_features(features, seed, as_of):
    tables = market(seed)
    whole = features(tables, [as_of])
    assert whole
    assert features(upto(tables, as_of), [as_of]) == whole
    other_future = market(seed + 1, span(as_of, LAST))
    assert features([a + b for a, b in zip(upto(tables, as_of), other_future, strict=True)], [as_of]) == whole


@few
@given(seed=seeds, as_of=as_of_days)
def test_a_range_of_features_equals_day_by_day_in_any_order_of_rows(features, seed, as_of):
    tables = market(seed)
    days = [as_of, shift(as_of, 1), shift(as_of, 5)]
    single = [features(tables, [day]) for day in days]
    shuffled = [Random(seed).sample(rows, len(rows)) for rows in tables]
    assert features(shuffled, days) == single[0] | single[1] | single[2]


@few
@given(seed=seeds, as_of=as_of_days, age=st.integers(1, 35))
def test_a_late_market_row_raises_known_at_of_all_who_see_it_and_a_token_row_of_those_who_used_it(
    known_at, seed, as_of, age
):
    tables, day, late = market(seed), shift(as_of, -age), midnight(shift(as_of, 90))
    before, own_before = known_at(tables, as_of)
    sees = age <= 30
    markets = [{**row, "known_at": late} if row["day"] == day else row for row in tables[3]]
    found, _ = known_at([*tables[:3], markets, *tables[4:]], as_of)
    assert found == {who: late if sees else known for who, known in before.items()}
    tokens = [{**row, "known_at": late} if _is_of(row, "m1", day) else row for row in tables[2]]
    users = {row["trader_address"] for row in tables[1] if _is_of(row, "m1", day)} if sees else set()
    found, own = known_at([*tables[:2], tokens, *tables[3:]], as_of)
    assert own == {who: late if who in users else known for who, known in own_before.items()}
    # All are ranked among those who used it.
    is_ranked = bool(users & own.keys())
    assert found == {who: late if is_ranked else known for who, known in before.items()}


@few
@given(seed=seeds, as_of=as_of_days)
def test_a_late_fate_raises_known_at_of_those_who_are_compared_with_it_and_of_all_if_one_is_ranked(
    features, seed, as_of
):
    """What became of a mint that one trader entered is in the graduated share of all traders' entries."""
    tables, late = market(seed), midnight(shift(as_of, 90))
    before = features(tables, [as_of])
    old = [row for row in tables[5] if shift(as_of, -30) <= row["trade_date"] < shift(as_of, -1)]
    entry = Random(seed).choice(old)
    last = max(row["day"] for row in tables[2] if row["token_mint"] == entry["token_mint"] and row["day"] < as_of)
    tokens = [{**row, "known_at": late} if _is_of(row, entry["token_mint"], last) else row for row in tables[2]]
    found = features([*tables[:2], tokens, *tables[3:]], [as_of])
    is_ranked = any(entry["token_mint"] == row["token_mint"] and (row["trader_address"], as_of) in found for row in old)
    compared = {pair: row["fated_entries_30d"] > 0 for pair, row in found.items()}
    assert {pair: row["known_at"] for pair, row in found.items()} == {
        pair: late if is_ranked or compared[pair] else row["known_at"] for pair, row in before.items()
    }


def _is_of(row: Row, mint: str, day: date) -> bool:
    return row["token_mint"] == mint and day_of(row) == day


@few
@given(seed=seeds, as_of=as_of_days)
def test_labels_see_their_window_and_nothing_after_it(outcomes, seed, as_of):
    trader_days = market(seed)[0]
    pairs = [(one, day) for one in TRADERS for day in (as_of, shift(as_of, 1))]
    held = {(one, day) for one, day in pairs for row in trader_days if _held(row, one, day)}
    whole = outcomes(trader_days, sorted(held))
    for day in (as_of, shift(as_of, 1)):
        own = sorted(pair for pair in held if pair[1] == day)
        known = [row for row in reversed(trader_days) if row["day"] < shift(day, 7)]
        assert outcomes(known, own) == {pair: whole[pair] for pair in own}


def _held(row: Row, trader: str, as_of: date) -> bool:
    return row["trader_address"] == trader and shift(as_of, -30) <= row["day"] < as_of


#: Features that compare with all traders of T: a late row of one trader shows in those of others.
COMPARED = {one.name for one in registry.features() if one.group == "relative"} | {"graduated_ratio_30d"}
#: Tables with rows of traders, by their place in `TABLES`.
OF_TRADERS = (0, 1, 4, 5, 6)


@pytest.fixture(scope="module")
def sixty_days(request: pytest.FixtureRequest, features: Any) -> Any:
    """A market of 60 days, five T in it, drawn anew for each `--first-seed`, and the features as of them."""
    seed = request.config.getoption("--first-seed")
    days = span(FIRST, shift(FIRST, 59))
    tables, times = market(seed, days), sorted(Random(f"times {seed}").sample(days[10:], 5))
    return seed, tables, times, features([Random(seed).sample(rows, len(rows)) for rows in tables], times)


def test_no_feature_at_five_random_t_of_60_days_knows_what_comes_after_by_a_single_bit(features, sixty_days):
    seed, tables, times, found = sixty_days
    for as_of in times:
        own = {pair: row for pair, row in found.items() if pair[1] == as_of}
        other_future = market(seed + 1, span(as_of, shift(FIRST, 59)))
        scrambled = [a + b for a, b in zip(upto(tables, as_of), other_future, strict=True)]
        assert exact(features(upto(tables, as_of), [as_of])) == exact(own)
        assert exact(features(scrambled, [as_of])) == exact(own)
    nowhere = [one.name for one in registry.features() if all(row[one.name] is None for row in found.values())]
    assert not nowhere, "a feature that no row has proves nothing"


def exact(found: dict[tuple[str, date], Row]) -> dict[tuple[str, date], Row]:
    """Rows with doubles written to the last bit, the sign of 0 included."""
    return {
        pair: {name: value.hex() if isinstance(value, float) else value for name, value in row.items()}
        for pair, row in found.items()
    }


def test_late_rows_raise_known_at_and_change_nothing_that_was_known_before(features, sixty_days):
    """Of each T, ann's rows of a day of its window are others, and came late: all are ranked among her."""
    seed, tables, times, found = sixty_days
    late = midnight(shift(FIRST, 90))
    for as_of in (times[1], times[4]):
        day = shift(as_of, -Random(f"late {seed} {as_of}").randrange(1, 10))
        changed = market(seed + 2, (day,))
        after = list(tables)
        for place in OF_TRADERS:
            others = [row for row in tables[place] if row["trader_address"] != "ann" or day_of(row) != day]
            own = [{**row, "known_at": late} for row in changed[place] if row["trader_address"] == "ann"]
            after[place] = others + own
        before = {pair: row for pair, row in found.items() if pair[1] == as_of}
        rows = features(after, [as_of])
        is_ranked = ("ann", as_of) in rows
        for pair, row in rows.items():
            assert row["known_at"] == late or not is_ranked
            assert pair[0] == "ann" or without(row) == without(before[pair])


def without(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in COMPARED | {"known_at"}}
