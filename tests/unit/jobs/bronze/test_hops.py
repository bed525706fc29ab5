"""Coins in the middle of a route: no holding, no sale, whatever source tells of both legs."""

from datetime import date

import polars as pl
import pytest

from benchmarks.sample_trades import trades as sample_trades
from benchmarks.source_lines import WRITERS, contents
from jobs.bronze import hops
from jobs.running.runner import run_steps
from pumploss.tables import bronze_trades, quarantine_trades, silver_open_lots, silver_trade_pnl, silver_trades
from sources import SOURCES
from sources.declaration import Format
from sources.parsing.schema import TABLE as PARSED
from tests.building.addresses import address
from tests.building.anchor_encoder import DAY as ANCHOR_DAY
from tests.building.anchor_encoder import event, line
from tests.building.lakes import opened
from tests.building.source_lines import csv_text, json_text, parse_bytes

D1 = date(2026, 1, 2)


def buy(mint, units, **given):
    return {"token_mint": mint, "token_units": units, "direction": "buy", **given}


def sell(mint, units, **given):
    return {**buy(mint, units, **given), "direction": "sell"}


def paid(bought, quote, amount, fee=0, **given):
    """A leg that buys one coin and pays with another."""
    return {**buy(*bought), "quote_mint": quote, "sol_lamports": amount, "fee_lamports": fee, **given}


#: Trades against SOL, legs between coins, the coins that both speak of, and whether they were only passed on.
ROUTES = [
    ([buy("A", 100)], [paid(("B", 7), "A", 100)], {"A": True}, "bought, and all of it paid for another coin"),
    ([buy("A", 100)], [paid(("B", 7), "A", 97, 3)], {"A": True}, "the fee of the second leg was taken in the coin"),
    ([buy("A", 100)], [paid(("B", 7), "A", 60)], {"A": False}, "a part was kept: some of it is a holding"),
    ([buy("A", 60), buy("A", 40)], [paid(("B", 7), "A", 100)], {"A": True}, "bought in two pools, paid in one"),
    ([sell("A", 7)], [paid(("A", 7), "B", 100)], {"A": True}, "another coin was sold by way of it"),
    ([sell("A", 7)], [{**sell("B", 100), "quote_mint": "A", "sol_lamports": 8, "fee_lamports": 1}], {"A": True},
     "a sale priced in the coin, its fee taken out"),
    ([buy("A", 100), sell("C", 5)], [paid(("C", 5), "A", 100)], {"A": True, "C": True}, "a circle of three pools"),
    ([buy("A", 100)], [paid(("B", 7), "A", 100, trader_address="u")], {}, "another wallet of the transaction"),
    ([buy("A", 100)], [paid(("B", 7), "A", 100, signature="r")], {}, "another transaction"),
    ([buy("A", 100)], [paid(("B", 7), "A", 100, event_index=2)] * 2, {"A": True}, "a leg that landed twice"),
    ([buy("A", 200)], [paid(("B", 7), "A", 100, event_index=n) for n in (2, 3)], {"A": True}, "two alike legs"),
    ([buy("A", 100), sell("A", 100)], [paid(("B", 7), "C", 100)], {}, "both legs against SOL are two trades"),
    ([buy("A", 2**62), buy("A", 2**62)], [paid(("B", 7), "A", 2**62)], {"A": False}, "amounts that no 64 bits sum up"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "between", "expected", "why"), ROUTES, ids=[why for *_, why in ROUTES])
def test_what_was_only_passed_on(frame, rows_of, given, between, expected, why):
    plain = {"source": "anchor_events", "dump_day": D1, "signature": "s", "trader_address": "t", "token_decimals": 6}
    landed = frame(bronze_trades.TABLE, *({**plain, **row} for row in given))
    refused = {"kind": "refused", "reason": "non_sol_quote"}
    lines = frame(PARSED, *({**plain, **refused, **row} for row in between))
    found = hops.middles(landed, hops.legs(lines))
    assert {row["token_mint"]: row["is_hop"] for row in rows_of(found, "token_mint")} == expected, why
    flags = {row["token_mint"] for row in rows_of(hops.flagged(landed, found)) if row["is_hop"]}
    assert flags == {mint for mint, is_hop in expected.items() if is_hop}


def exported(name, **changed):
    """A record of a source that exports swaps, with some fields changed."""
    return {**WRITERS[name](next(sample_trades(1, 3))), **changed}


A, B, SOL = address("A"), address("B"), "So11111111111111111111111111111111111111112"


def bitquery(bought, sold, units, amount):
    sides = {"Trade_Buy": (bought, units), "Trade_Sell": (sold, amount)}
    record = exported("bitquery_trades")
    for side, (mint, value) in sides.items():
        record |= {f"{side}_Currency_MintAddress": mint, f"{side}_Amount": value}
        record |= {f"{side}_Currency_Decimals": 9 if mint == SOL else 6, f"{side}_Account_Token_Owner": address("t")}
    return record


#: For each source that tells of swaps between coins: how it writes that `bought` was paid with `sold`.
SWAPS = {
    "dune_trades": lambda bought, sold, units, amount: exported(
        "dune_trades", token_bought_mint_address=bought, token_sold_mint_address=sold,
        token_bought_amount_raw=units, token_sold_amount_raw=amount,
    ),
    "dune_bot_trades": lambda bought, sold, units, amount: exported(
        "dune_bot_trades", token_bought_address=bought, token_sold_address=sold, token_bought_amount=units,
        token_sold_amount=amount, type="Buy",
    ),
    "flipside_swaps": lambda bought, sold, units, amount: exported(
        "flipside_swaps", swap_to_mint=bought, swap_from_mint=sold, swap_to_amount=units, swap_from_amount=amount
    ),
    "bitquery_trades": bitquery,
}  # fmt: skip


@pytest.mark.parametrize("name", SWAPS)
def test_every_source_of_swaps_says_what_its_legs_moved(spark, name, rows_of):
    amounts = ("1000000000", "7500000", "7500000", "42") if name == "dune_trades" else ("1", "7.5", "7.5", "0.042")
    sol, got, given, last = amounts
    lines = [SWAPS[name](A, SOL, got, sol), SWAPS[name](B, A, last, given)]
    form = SOURCES[name].formats[0]
    suffix = {Format.CSV: "csv", Format.JSONL: "jsonl"}[form]
    day = date(2026, 1, 3)
    parsed = parse_bytes(name, f"a.{suffix}", contents(name, form, lines), day)
    assert [reason for _, reason in parsed.refused] == ["non_sol_quote"]
    rows = spark.createDataFrame(parsed.table)
    found = rows_of(hops.middles(rows.where("kind = 'trade'"), hops.legs(rows.where("kind = 'refused'"))))
    assert [(row["token_mint"], row["is_hop"]) for row in found] == [(A, True)]


def test_an_event_quoted_in_a_coin_says_what_it_moved():
    from sources.interpreting.addresses import decode

    trade = {"is_buy": 1, "sol_amount": 0, "quote_mint": decode(A), "quote_amount": 970, "fee": 20, "creator_fee": 10}
    parsed = parse_bytes("anchor_events", "a.jsonl", json_text([line(event("TradeEvent", **trade))]), D1)
    (row,) = parsed.of_kind("refused")
    assert (row["reason"], row["quote_mint"], row["direction"]) == ("non_sol_quote", A, "buy")
    assert (row["sol_lamports"], row["fee_lamports"]) == (970, 30)


@pytest.fixture(scope="module")
def routed(spark, tmp_path_factory):
    """A lake of one day: a wallet holds A, buys more of it on the way to B, and sells B by way of A."""
    route = SWAPS["dune_trades"]
    program = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"
    steps = [
        (route(A, SOL, 1_000, 500), "holds", 0),
        (route(A, SOL, 100, 50), "into", 1), (route(B, A, 7, 100), "into", 2),
        (route(A, B, 90, 7), "out", 3), (route(SOL, A, 44, 90), "out", 4),
        (route(SOL, A, 700, 1_000), "sells", 5),
    ]  # fmt: skip
    with opened(tmp_path_factory.mktemp("routed")) as context:
        folder = context.settings.home / "landing" / "dune_trades" / "2026-01-02"
        folder.mkdir(parents=True)
        rows = [
            {**row, "tx_id": address(name, 64), "trader_id": address("t"), "project_main_id": program,
             "block_time": f"2026-01-02 03:04:0{at}.000 UTC", "block_slot": 100 + at}
            for row, name, at in steps
        ]  # fmt: skip
        names = list(dict.fromkeys(SOURCES["dune_trades"].all_fields))
        (folder / "a.csv").write_bytes(csv_text([{field: row.get(field) for field in names} for row in rows]))
        steps = ("bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl")
        reports = run_steps(context, (*steps, "silver_trader_mint_day", "gold_token_day"), [D1])
        yield context, reports


def test_a_route_holds_nothing_and_sells_nothing(routed):
    context, reports = routed
    silver = pl.read_delta(context.lake.path(silver_trades.TABLE)).sort("traded_at")
    assert silver["is_hop"].to_list() == [False, True, True, False]
    pnl = pl.read_delta(context.lake.path(silver_trade_pnl.TABLE)).sort("traded_at")
    assert pnl["token_units"].to_list() == [1_000, 1_000]
    # The holding was 500 and a fee of 1.25 %, rounded up by part, on the way in, and out.
    assert pnl["pnl_lamports"].to_list() == [None, (700 - 10) - (500 + 7)]
    lots = pl.read_delta(context.lake.path(silver_open_lots.TABLE))
    assert lots["open_units"].to_list() == [0]
    refused = pl.read_delta(context.lake.path(quarantine_trades.TABLE))
    assert refused["reason"].to_list() == ["non_sol_quote"] * 2
    assert "2 coins were only passed on in a transaction: no holding, no sale" in reports[0].notes


def test_a_pool_of_two_coins_is_a_leg_as_well(spark, tmp_path, rows_of):
    from sources.interpreting.addresses import decode

    coins = {"base_mint": decode(B), "quote_mint": decode(A)}
    lines = [
        line(event("CreatePoolEvent", **coins), signature=address("opened", 64)),
        # The pool's buyer pays 402010051 and fees, 403216084 in all: as many as the curve gave.
        line(event("TradeEvent", mint=decode(A), token_amount=403_216_084), event_index=1),
        line(event("BuyEvent"), event_index=2),
        line(event("TradeEvent", mint=decode(A), token_amount=5), signature=address("kept", 64)),
    ]
    with opened(tmp_path) as context:
        folder = context.settings.home / "landing" / "anchor_events" / str(ANCHOR_DAY)
        folder.mkdir(parents=True)
        (folder / "a.jsonl").write_bytes(json_text(lines))
        (report,) = run_steps(context, ["bronze_trades"], [ANCHOR_DAY])
        found = rows_of(context.lake.read(bronze_trades.TABLE), "token_units")
    assert [(row["token_units"], row["is_hop"]) for row in found] == [(5, False), (403_216_084, True)]
    assert report.details["reasons"] == {"non_sol_quote": 1}
