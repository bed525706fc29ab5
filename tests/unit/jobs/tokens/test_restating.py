"""The decimals of mints over nights: the best statement counts in all rows of a mint, on whatever night it lands."""

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from jobs.running.runner import run_steps
from pumploss.tables import silver_tokens, silver_trade_pnl, silver_trades
from tests.building.addresses import address
from tests.building.dumps import land_day
from tests.building.lakes import opened

DAYS = D1, D2, D3 = tuple(date(2026, 2, day) for day in (3, 4, 5))
STEPS = ("bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl")


def feed(day, pool, tokens, does="buy"):
    """A line of a feed that states whole tokens and no decimals."""
    return "pumpportal", day, {"pool": pool, "tokenAmount": tokens, "txType": does}


def dump(day, units, decimals, does="buy", venue="raydium"):
    """A line of a dump that states base units and decimals."""
    given = {"token_units": units, "token_decimals": decimals, "direction": does, "venue": venue}
    return "canonical", day, given


#: By name of the mint: what lands of it, then the decimals that all its rows bear after the last night, whether they
#: are assumed, the units in order of time, and the profit of the last sale, if any.
MINTS = {
    "graduate": (
        [feed(D1, "pump", 1_000_000.5), feed(D1, "pump-amm", 1_000_000.5, "sell")],
        (6, False, [1_000_000_500_000] * 2, 0),
        "the curve's coins have 6, also once they trade in a pool, whatever the mint ends in",
    ),
    "sold the next night": (
        [feed(D1, "pump", 2.25), feed(D2, "pump-amm", 2.25, "sell")],
        (6, False, [2_250_000] * 2, 0),
        "what the night before knew counts",
    ),
    "curve seen late": (
        [feed(D1, "pump-amm", 3.000001), feed(D2, "pump", 3.000001, "sell")],
        (6, False, [3_000_001] * 2, 0),
        "nine were assumed for a night, then the curve said six: that night is restated",
    ),
    "only in pools": (
        [feed(D1, "bonk", 4.5), feed(D3, "bonk", 4.5, "sell")],
        (9, True, [4_500_000_000] * 2, 0),
        "nobody ever states decimals: nine, flagged",
    ),
    "stated beside amounts": (
        [feed(D1, "bonk", 5.5), dump(D3, 550_000_000, 8, "sell")],
        (8, False, [550_000_000] * 2, 0),
        "a stated figure is better than an assumption, two nights later too; stated base units are left alone",
    ),
    "more places than assumed": (
        [feed(D1, "pump", 6.5), dump(D2, 6_500_000_000_000, 12), feed(D3, "pump-amm", 6.5)],
        (12, False, [6_500_000_000_000] * 3, None),
        "a stated figure is better than the curve's: amounts in tokens get more units",
    ),
    "two dumps differ": (
        [dump(D1, 7_000, 3), dump(D2, 7_000, 4, "sell"), feed(D3, "bonk", 7.0)],
        (3, False, [7_000, 7_000, 7_000], None),
        "of equal statements the first stays; base units are what the dump says they are",
    ),
    "most rows of one dump": (
        [dump(D1, 80, 1), dump(D1, 90, 2), dump(D1, 95, 2)],
        (2, False, [80, 90, 95], None),
        "within one day what more rows state counts",
    ),
    "noise of a float": (
        [feed(D1, "pump", 44_693_215.854879), feed(D1, "pump-amm", 44_693_215.85487902, "sell")],
        (6, False, [44_693_215_854_879] * 2, 0),
        "beyond the mint's units there is only floating-point noise",
    ),
    "too many for 64 bits": (
        [feed(D1, "pump", 10_000_000), dump(D2, 9 * 10**18, 18), feed(D3, "pump", 9.0)],
        (18, False, [9 * 10**18] * 2, None),
        "ten million tokens of 18 decimals do not fit: left out by name, never wrapped",
    ),
    "shows more places than assumed": (
        [feed(D1, "bonk", 1.0000000001), feed(D3, "bonk", 1.0000000001, "sell")],
        (10, True, [10_000_000_001] * 2, 0),
        "who has ten places has ten decimals at least: not refused for what is only assumed",
    ),
    "finer than others of its day": (
        [
            feed(D1, "bonk", 2.5),
            feed(D1, "bonk", 2.5),
            feed(D1, "bonk", 2.00000000001),
            dump(D3, 7 * 10**11, 11, "sell"),
        ],
        (11, False, [250_000_000_000] * 2 + [200_000_000_001, 700_000_000_000], 0),
        "left out while nine were assumed, back once eleven are stated",
    ),
    "larger than assumed decimals hold": (
        [
            feed(D1, "bonk", 2e10 + 0.5),
            feed(D1, "bonk", 1.5),
            feed(D1, "bonk", 1.5),
            dump(D2, 20_000_000_003_500_000, 6, "sell"),
        ],
        (6, False, [20_000_000_000_500_000, 1_500_000, 1_500_000, 20_000_000_003_500_000], 0),
        "twenty billion tokens do not fit 64 bits with nine decimals, but with six",
    ),
    "alone on a day that left it out": (
        [
            feed(D1, "bonk", 3.5),
            feed(D1, "bonk", 3.5),
            feed(D2, "bonk", 3e10 + 0.5),
            dump(D3, 30_000_000_007_500_000, 6, "sell"),
        ],
        (6, False, [3_500_000] * 2 + [30_000_000_000_500_000, 30_000_000_007_500_000], 0),
        "silver has nothing of it on that day, which is built again all the same",
    ),
    "finer than its units": (
        [feed(D1, "pump", 9.25), feed(D1, "pump-amm", 9.25000049, "sell"), feed(D2, "pump-amm", 9.25, "sell")],
        (6, False, [9_250_000] * 2, 0),
        "half a unit more is no amount of this mint: left out by name",
    ),
}
PRICE = 10**8


def land(context):
    """Lands all lines of all mints, one after the other, and a line of nobody's for each source and day."""
    lines = {(source, day): [] for source in ("pumpportal", "canonical") for day in DAYS}
    for name, (given, _, _) in MINTS.items():
        for number, (source, day, line) in enumerate(given):
            lines[source, day].append((name, number, line))
    for day in DAYS:
        lines["pumpportal", day].append(("quiet", 0, feed(day, "pump", 1.0)[2]))
        lines["canonical", day].append(("quiet too", 0, dump(day, 1000, 6)[2]))
    landing = context.settings.landing
    for (source, day), landed in lines.items():
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        rows = []
        for name, number, line in landed:
            said = {"at": at + timedelta(seconds=number), "mint": name, "signature": f"{name}-{number}-{day}", **line}
            rows.append(message(said) if source == "pumpportal" else trade(said))
        if source == "canonical":
            land_day(landing, day, rows)
        else:
            folder = context.settings.home / "landing" / source / str(day)
            folder.mkdir(parents=True)
            (folder / "feed.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def message(said):
    sol = PRICE / 10**9
    line = {"received_at": int(said["at"].timestamp() * 1000), "signature": address(said["signature"], 64)}
    line |= {"mint": address(said["mint"]), "traderPublicKey": address("ann"), "solAmount": sol}
    return line | {name: said[name] for name in ("pool", "tokenAmount", "txType")}


def trade(said):
    line = {"traded_at": said["at"], "trader_address": "ann", "token_mint": said["mint"], "sol_lamports": PRICE}
    names = ("signature", "token_units", "token_decimals", "direction", "venue")
    return {**line, "fee_lamports": 0, **{name: said[name] for name in names}}


@pytest.fixture(scope="module")
def nights(spark, tmp_path_factory):
    """The lake after night by night, and what each step said of each."""
    with opened(tmp_path_factory.mktemp("nights")) as context:
        land(context)
        reports = [report for day in DAYS for report in run_steps(context, STEPS, [day])]
        # A correction of decimals makes the days above stale, as a late trade does.
        run_steps(context, STEPS, [D3])
        yield context, reports


def rows_of_mint(context, table, name):
    frame = pl.read_delta(context.lake.path(table)).filter(token_mint=address(name))
    return frame.sort("traded_at").to_dicts()


@pytest.mark.parametrize("name", MINTS)
def test_all_rows_of_a_mint_have_the_decimals_of_the_best_statement(nights, name):
    context, _ = nights
    _, (decimals, is_assumed, units, profit), why = MINTS[name]
    rows = rows_of_mint(context, silver_trades.TABLE, name)
    assert [row["token_units"] for row in rows] == units, why
    assert {(row["token_decimals"], row["is_decimals_assumed"]) for row in rows} == {(decimals, is_assumed)}, why
    if profit is not None:
        last = rows_of_mint(context, silver_trade_pnl.TABLE, name)[-1]
        assert (last["unmatched_units"], last["position_units"]) == (0, 0), why


def test_a_row_that_was_restated_is_known_since_the_statement(nights):
    context, _ = nights
    early = {name: rows_of_mint(context, silver_trades.TABLE, name)[0]["known_at"].date() for name in MINTS}
    assert early["curve seen late"] == date(2026, 2, 5)
    assert early["stated beside amounts"] == date(2026, 2, 6)
    assert early["only in pools"] == early["graduate"] == date(2026, 2, 4)


def test_range_or_nights_the_same_comes_out(nights, digests, tmp_path):
    context, _ = nights
    with opened(tmp_path / "range") as whole:
        land(whole)
        run_steps(whole, STEPS, DAYS)
        assert digests(whole) == digests(context)
        # An earlier night again, alone, knows what later ones have said.
        run_steps(whole, STEPS, [D1])
        assert digests(whole) == digests(context)


def test_what_people_are_told(nights):
    context, reports = nights
    said = "\n".join(text for report in reports for text in (*report.notes, *report.warnings))
    assert f"{address('two dumps differ')} on 2026-02-04: 4 (stated) against 3 (stated)" in said
    # What counted until a better statement came contradicts it on the night that this lands.
    assert f"{address('more places than assumed')} on 2026-02-03: 6 (curve) against 12 (stated)" in said
    assert "trades are left out" in said
    assert "pumpportal/2026-02-03/feed.jsonl line" in said
    assert ": precision" in said
    assert ": overflow" in said
    assert "mints with assumed decimals have" in said
    row = context.ledger.latest()["silver_trades", D3]
    assumed = json.loads(row["outputs"])["silver_trades"]["assumed_decimals"]
    assert assumed["mints"] == 2
    assert 0 < assumed["volume_share"] < 1
    conflicts = json.loads(context.ledger.latest()["silver_tokens", D2]["outputs"])["silver_tokens"]
    assert conflicts["decimal_conflicts"] >= 1


def test_the_fact_is_kept_with_its_basis(nights):
    context, _ = nights
    tokens = pl.read_delta(context.lake.path(silver_tokens.TABLE)).sort("known_day")
    last = {row["token_mint"]: row for row in tokens.to_dicts()}
    basis = {name: last[address(name)]["decimals_basis"] for name in MINTS}
    assert basis["graduate"] == "curve"
    assert basis["only in pools"] == "assumed"
    assert basis["stated beside amounts"] == basis["two dumps differ"] == "stated"
    assert len(tokens.filter(token_mint=address("only in pools"))) == 1, "a day that adds nothing leaves no row"
