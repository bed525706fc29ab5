"""A whole pass over dumps."""

import gzip
from datetime import UTC, date, datetime

from jobs.running.runner import run_step
from pumploss.tables import bronze_trades, quarantine_trades

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


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
