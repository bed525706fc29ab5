"""Two sources of one market through the steps: each trade counts once, from the better source, whenever that lands."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_step, run_steps
from pumploss.settings import from_environment
from pumploss.tables import silver_trades
from sources import SOURCES

D1, D2, D3 = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)
STEPS = ("bronze_trades", "silver_tokens", "silver_trades")
SOL = "So11111111111111111111111111111111111111112"
CURVE = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(day, seconds):
    """Seconds since 1970 of a second of a day."""
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH).total_seconds()) + seconds


class Market:
    """Lines of three sources about the same trades, named by short names."""

    def __init__(self, base58, landing):
        self._base58, self._landing = base58, landing

    def api(self, day, *trades):
        """A day's dump of the frontend's trades: second, name, units, lamports."""
        self._lines("pumpfun_api", day, [self._api(at(day, second), *rest) for second, *rest in trades])

    def feed(self, day, *trades):
        """A day's messages, stamped so many seconds after midnight."""
        self._lines("pumpportal", day, [self._feed(at(day, second), *rest) for second, *rest in trades])

    def export(self, day, *trades):
        """An export that landed on a day: traded day, second, name, units, lamports."""
        text = io.StringIO()
        writer = csv.DictWriter(text, SOURCES["dune_trades"].all_fields, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._export(*trade) for trade in trades)
        self._write("dune_trades", day, "trades.csv", text.getvalue())

    def _api(self, second, name, units, lamports):
        return {
            "signature": self._base58(name, 64), "mint": self._base58("mint"), "sol_amount": lamports,
            "token_amount": units, "is_buy": True, "user": self._base58("ann"), "timestamp": second, "tx_index": 1,
            "username": None, "profile_image": None, "slot": 1,
        }  # fmt: skip

    def _feed(self, second, name, units, lamports):
        return {
            "received_at": second * 1000, "signature": self._base58(name, 64), "mint": self._base58("mint"),
            "traderPublicKey": self._base58("ann"), "txType": "buy", "tokenAmount": f"{units / 10**6:.6f}",
            "solAmount": f"{lamports / 10**9:.9f}", "pool": "pump",
        }  # fmt: skip

    def _export(self, day, second, name, units, lamports):
        time = EPOCH + timedelta(seconds=at(day, second))
        return {
            "block_time": time.strftime("%Y-%m-%d %H:%M:%S.000 UTC"), "block_slot": 1, "token_bought_amount_raw": units,
            "token_sold_amount_raw": lamports, "token_bought_mint_address": self._base58("mint"),
            "token_sold_mint_address": SOL, "project_main_id": CURVE, "trader_id": self._base58("ann"),
            "tx_id": self._base58(name, 64), "outer_instruction_index": 1, "tx_index": 1,
        }  # fmt: skip

    def _lines(self, source, day, lines):
        self._write(source, day, "trades.jsonl", "\n".join(map(json.dumps, lines)) + "\n")

    def _write(self, source, day, name, text):
        path = self._landing / source / day.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def opened(spark, tmp_path, base58):
    """A market that lands in a place of its own, and a context on an empty lake."""

    def opened(name):
        landing = tmp_path / name / "in"
        settings = from_environment({"PUMPLOSS_HOME": str(tmp_path / name), "PUMPLOSS_LANDING": str(landing)})
        return Market(base58, landing), open_context(settings)

    return opened


def found(context, base58):
    """What counts: source, short name, units and lamports, by trade date."""
    names = {base58(name, 64): name for name in "abcdefgh"}
    rows = context.lake.read(silver_trades.TABLE).orderBy("trade_date", "order_in_mint_day").collect()
    return [
        (row["trade_date"], row["source"], names[row["signature"]], row["token_units"], row["sol_lamports"])
        for row in rows
    ]


def counts(context, day):
    """The day's ledger row of silver, in numbers: read, written, duplicates in all and by kind."""
    row = context.ledger.latest()[("silver_trades", day)]
    split = json.loads(row["outputs"])["silver_trades"]["duplicates"]
    assert row["rows_read"] == row["rows_written"] + row["rows_duplicate"]
    assert row["rows_duplicate"] == sum(split.values())
    return row["rows_read"], row["rows_written"], split


API = ((10, "a", 1000, 2000), (20, "b", 3000, 4000), (30, "c", 5000, 6000))
#: Trade `a` just the same, `b` finer, and one that the API never showed.
EXPORT = ((D1, 10, "a", 1000, 2000), (D1, 20, "b", 3001, 4002), (D1, 25, "d", 7, 8))
LATER = ((40, "e", 100, 200),)
TRUTH = [
    (D1, "dune_trades", "a", 1000, 2000),
    (D1, "dune_trades", "b", 3001, 4002),
    (D1, "dune_trades", "d", 7, 8),
    (D1, "pumpfun_api", "c", 5000, 6000),
    (D2, "pumpfun_api", "e", 100, 200),
    (D3, "pumpfun_api", "f", 100, 200),
]


def land_all(market):
    market.api(D1, *API)
    market.api(D2, *LATER)
    market.api(D3, (50, "f", 100, 200))
    market.export(D3, *EXPORT)


def test_a_better_source_that_lands_later_restates_the_day(opened, base58, digests):
    market, manager = opened("later")
    with manager as context:
        market.api(D1, *API)
        market.api(D2, *LATER)
        run_steps(context, STEPS, [D1])
        run_steps(context, STEPS, [D2])
        assert [row[1:3] for row in found(context, base58)] == [("pumpfun_api", name) for name in "abce"]
        assert counts(context, D1) == (3, 3, {"exact": 0, "across_sources": 0, "superseded": 0})
        land_all(market)
        run_steps(context, STEPS, [D3])
        assert found(context, base58) == TRUTH
        assert counts(context, D1) == (6, 4, {"exact": 0, "across_sources": 1, "superseded": 1})
        stood = digests(context)
        again = run_step(context, "silver_trades", [D3])
        assert again.changed == set()
        assert again.details["duplicates"] == {"exact": 0, "across_sources": 1, "superseded": 1}
        assert digests(context) == stood
    market, manager = opened("whole")
    land_all(market)
    with manager as context:
        run_steps(context, STEPS, [D1, D2, D3])
        assert found(context, base58) == TRUTH
        same = digests(context)
    assert all(same[("silver_trades", day)] == stood[("silver_trades", day)] for day in (D1, D2, D3))


def test_a_worse_source_that_lands_later_changes_nothing(opened, base58, digests):
    market, manager = opened("worse")
    market.export(D1, *EXPORT)
    market.api(D1, (30, "c", 5000, 6000))
    market.api(D2, *LATER)
    with manager as context:
        run_steps(context, STEPS, [D1])
        stood = digests(context)[("silver_trades", D1)]
        market.api(D2, *LATER, (10 - 86_400, "a", 1000, 2000), (20 - 86_400, "b", 3000, 4000))
        run_steps(context, STEPS, [D2])
        assert found(context, base58) == TRUTH[:-1]
        assert digests(context)[("silver_trades", D1)] == stood
        assert counts(context, D1) == (6, 4, {"exact": 0, "across_sources": 1, "superseded": 1})


@pytest.mark.parametrize("order", [((D2,), (D1,)), ((D1, D2),)], ids=["back", "at once"])
def test_copies_of_one_message_on_both_sides_of_midnight_count_once(opened, base58, order):
    market, manager = opened("copies")
    market.feed(D1, (86_399, "a", 1000, 2000), (43_200, "b", 1, 2))
    market.feed(D2, (1, "a", 1000, 2000), (2, "c", 5, 6))
    with manager as context:
        for days in order:
            run_steps(context, STEPS, days)
        assert [(row[0], row[2]) for row in found(context, base58)] == [(D1, "b"), (D1, "a"), (D2, "c")]
        assert counts(context, D2) == (2, 1, {"exact": 1, "across_sources": 0, "superseded": 0})


@pytest.mark.parametrize("order", [((D1,), (D2,)), ((D2,), (D1,))], ids=["forth", "back"])
def test_a_trade_stamped_after_midnight_by_another_source_counts_once(opened, base58, order):
    market, manager = opened("midnight")
    market.api(D1, (86_398, "a", 1000, 2000))
    market.feed(D1, (43_200, "b", 1, 2))
    market.api(D2, (20, "c", 5000, 6000))
    market.feed(D2, (1, "a", 1000, 2000), (23, "c", 5000, 6000), (700, "d", 9, 9))
    with manager as context:
        for days in order:
            run_steps(context, STEPS, days)
        expected = [
            (D1, "pumpportal", "b"),
            (D1, "pumpfun_api", "a"),
            (D2, "pumpfun_api", "c"),
            (D2, "pumpportal", "d"),
        ]
        assert [row[:3] for row in found(context, base58)] == expected
        assert counts(context, D2) == (4, 2, {"exact": 0, "across_sources": 2, "superseded": 0})
