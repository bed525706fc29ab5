"""Prices that only another unit explains: mistakes are found, and nothing that merely looks odd."""

import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from jobs.gates.unit_mistakes import implausible
from pumploss.tables.bronze_trades import TABLE

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOL, TOKENS = 10**9, 10**6
#: Lamports per base unit of the mint under test, about a curve's at half its way.
PRICE = 1e-4


def trade(second, lamports, units, **changed):
    """A trade at a second of the day; its line bears the same number."""
    place = {"traded_at": NOON + timedelta(seconds=second), "line_number": second, "file": "f", "source": "s"}
    amounts = {"sol_lamports": round(lamports), "token_units": round(units)}
    return {"token_mint": "m", "direction": "buy", "amount_basis": "curve", **place, **amounts, **changed}


def usual(second, lamports=SOL // 2, **changed):
    """A trade at the price of the mint."""
    return trade(second, lamports, lamports / PRICE, **changed)


#: Ten trades in whose midst, at second 50, the others of a test happen.
TAPE = [usual(second, SOL // 10 + second * 10**6) for second in (10, 20, 30, 40, 45, 55, 60, 70, 80, 90)]


@pytest.fixture
def found(frame, rows_of):
    """Line numbers of the trades that are refused."""

    def found(*rows):
        refused = rows_of(implausible(frame(TABLE, *rows)), "line_number")
        assert all((row["reason"], row["file"]) == ("unit_mistake", "f") for row in refused)
        return [row["line_number"] for row in refused]

    return found


MISTAKES = {
    "lamports as SOL": trade(50, 20_000 * 10**9, 20_000 / PRICE),
    "SOL divided twice": trade(50, 2, 2 * SOL / PRICE),
    "whole tokens as base units": trade(50, SOL // 10, SOL / 10 / PRICE / TOKENS),
    "base units as whole tokens": trade(50, SOL // 1000, SOL / 1000 / PRICE * TOKENS),
    "lamports as SOL, with costs": trade(50, 200_000 * 10**9, 200_000 / PRICE, amount_basis="balance_delta"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_among_usual_trades_is_refused(found, mistake):
    assert found(*TAPE, mistake) == [50]


def test_the_detail_says_how_far_off_it_is(frame):
    (row,) = implausible(frame(TABLE, *TAPE, MISTAKES["lamports as SOL"])).collect()
    assert row["dump_day"] == date(2026, 1, 5)
    assert row["detail"] == (
        "sol_lamports=20000000000000 for token_units=200000000 is about 10^9 times the median price of the mint's "
        "trades in this dump"
    )


WITH_COSTS = {"amount_basis": "balance_delta"}
REAL = {
    "one lamport for one base unit": trade(50, 1, 1),
    "two lamports for a token's millionth part": trade(50, 2, 1, direction="sell"),
    "a million base units for one lamport": trade(50, 1, 1_000_000),
    "a worthless sale": trade(50, 0, 10**13, direction="sell"),
    "a thousandfold price": trade(50, SOL, SOL / PRICE / 1000),
    "a thousandth of the price": trade(50, SOL // 1000, SOL / PRICE, direction="sell"),
    "a hundredth of a token with rent and fee": trade(50, 4_100_000, 10_000, **WITH_COSTS),
    "a tip of 100 SOL": trade(50, 100 * SOL, 0.001 * SOL / PRICE, **WITH_COSTS),
    "a bundle paid by another account": trade(50, 8_333, 10 * SOL / PRICE, **WITH_COSTS),
    "a sale of which tips left little": trade(50, 3, SOL / PRICE, direction="sell", **WITH_COSTS),
}


@pytest.mark.parametrize("odd", REAL.values(), ids=REAL)
def test_what_is_odd_and_real_is_kept(found, odd):
    assert found(*TAPE, odd) == []


@pytest.mark.parametrize("factor", [1e-5, 1e-7, 1e-9])
@pytest.mark.parametrize("usual_trades", [6, 30])
def test_a_rug_is_no_mistake(found, factor, usual_trades):
    """The price falls once and for all, whether most of the day's trades are before or after it."""
    before = [usual(second) for second in range(1, usual_trades)]
    after = [trade(100 + n, 10**5, 10**5 / PRICE / factor, direction="sell") for n in range(15)]
    assert found(*before, *after) == []


@pytest.mark.parametrize("factor", [1e5, 1e7, 1e9])
def test_a_price_that_rises_and_stays_is_no_mistake(found, factor):
    before = [usual(second) for second in range(1, 7)]
    after = [trade(100 + n, SOL * 1000, SOL * 1000 / PRICE / factor) for n in range(15)]
    assert found(*before, *after) == []


def test_a_mint_is_judged_only_by_five_trades_of_its_own(found):
    mistake = MISTAKES["SOL divided twice"]
    assert found(*TAPE[3:7], mistake) == []
    assert found(*TAPE[3:8], mistake) == [50]
    assert found(*TAPE[3:7], mistake, trade(51, 99, 5)) == [], "dust is no witness"
    for other in ({"token_mint": "n"}, {"source": "t"}, {"dump_day": date(2026, 1, 6)}):
        assert found(*({**row, **other} for row in TAPE), mistake) == []
        assert found(*TAPE, *({**row, **other} for row in TAPE), mistake) == [50]


def test_a_mint_of_wild_prices_is_not_judged(found):
    """Of twenty trades some are a thousand times dearer: with five of them the median still means something."""
    mistake = MISTAKES["SOL divided twice"]
    wild = [trade(second, SOL, SOL / PRICE / 1000) for second in (31, 32, 33, 34, 35, 36)]
    calm = [*TAPE, *(usual(second) for second in range(61, 66))]
    assert found(*calm, *wild[:5], mistake) == [50]
    assert found(*calm, *wild, mistake) == []


def test_the_ends_of_a_day_are_given_the_benefit_of_the_doubt(found):
    assert found(*TAPE, {**MISTAKES["lamports as SOL"], "traded_at": NOON}) == []
    assert found(*TAPE, {**MISTAKES["lamports as SOL"], "traded_at": NOON + timedelta(hours=1)}) == []


def test_exactly_the_mistakes_are_found_in_a_simulated_market(spark):
    """Without mistakes nothing; with some put in, those that lie between other trades, in any order of rows."""
    from simulator import Market, simulate

    market = pl.DataFrame(simulate(Market(days=1, trades_per_day=20_000, seed=7)))
    rows = market.with_columns(
        dump_day=pl.lit(date(2026, 1, 1)), source=pl.lit("canonical"), file=pl.lit("f"), amount_basis=pl.lit("curve"),
        line_number=pl.int_range(pl.len(), dtype=pl.Int64),
    )  # fmt: skip
    assert implausible(spark.createDataFrame(rows.to_arrow())).count() == 0
    solid = pl.col("traded_at").filter(pl.col("sol_lamports") >= 10**5)
    inner = rows.filter(
        (pl.len().over("token_mint") > 30)
        & pl.col("traded_at").is_between(solid.min().over("token_mint"), solid.max().over("token_mint"), closed="none")
        & pl.col("sol_lamports").is_between(10**8, 10**10)
    )
    rng = random.Random(3)
    chosen = inner.group_by("token_mint", maintain_order=True).first()["line_number"].sort().to_list()
    up = set(rng.sample(chosen, len(chosen) // 2))
    assert len(up) > 5
    down = pl.col("line_number").is_in(sorted(set(chosen) - up))
    wrong = rows.with_columns(
        sol_lamports=pl.when(pl.col("line_number").is_in(sorted(up)))
        .then(pl.col("sol_lamports") * 1_000_000)
        .when(down)
        .then(pl.max_horizontal(pl.col("sol_lamports") // 10**9, 1))
        .otherwise("sol_lamports")
    )
    for seed in (1, 2):
        mixed = wrong.sample(fraction=1, shuffle=True, seed=seed)
        refused = implausible(spark.createDataFrame(mixed.to_arrow()).repartition(3)).toArrow()["line_number"]
        assert sorted(refused.to_pylist()) == chosen
