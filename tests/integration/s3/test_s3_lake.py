"""A lake on S3, against a server on 127.0.0.1: days, ledger and claim.

The variables below are all that a lake on S3 needs. The embedded engine, delta-rs, fsspec and boto3 each read them.
"""

import json
from datetime import date
from random import Random

BUCKET = "pumploss-test"


DAYS = """
    import json, sys
    from datetime import date, datetime, UTC
    import pyarrow as pa
    from pumploss import engine
    from pumploss.errors import LakeError
    from pumploss.lake import Lake, Ledger
    from pumploss.lake.owner import claim
    from pumploss.settings import from_environment
    from pumploss.tables.silver_open_lots import TABLE

    settings = from_environment()
    lake = Lake(settings.lake, engine.session(settings))
    D1, D2 = date(2026, 1, 5), date(2026, 1, 6)
    now = datetime(2026, 1, 6, tzinfo=UTC)

    def put(days):
        rows = [
            {"trader_address": who, "token_mint": "m", "lot_index": 0, "lot_id": who, "opened_at": now, "open_units": 1,
             "open_cost_lamports": 1, "known_at": now, "close_day": day, "trader_cohort": len(who)}
            for day, traders in days.items() for who in traders
        ]
        made = lake.spark.createDataFrame(pa.Table.from_pylist(rows, schema=TABLE.arrow_schema))
        return lake.replace(TABLE, lake.stage("lots", made), list(days), {day: len(who) for day, who in days.items()})

    seen = {"before": lake.exists(TABLE), "rows before": lake.read(TABLE).count()}
    put({D1: ["a", "bb"], D2: ["c"]})
    put({D2: ["d", "ee"]})
    seen["rows"] = {str(day): rows for day, rows in lake.rows_by_day(TABLE).items()}
    seen["traders"] = sorted(row["trader_address"] for row in lake.read(TABLE, [D1, D2]).collect())
    ledger = Ledger(lake)
    for status in ("ok", "stale"):
        ledger.append([{"run_id": "r", "step": "silver_trade_pnl", "day": D1, "status": status, "outputs": "{}"}])
    seen["stale"] = sorted(map(str, ledger.stale("silver_trade_pnl")))
    claim(lake, "s3://dumps")
    try:
        claim(lake, "s3://other")
    except LakeError as error:
        seen["claim"] = str(error)[:40]
    lake.unstage()
    seen["staged"] = lake.storage.exists(lake.root + "/_stage")
    print(json.dumps(seen))
"""


def test_days_are_written_and_replaced_on_s3(told, bucket):
    seen = told(DAYS, PUMPLOSS_LAKE=f"s3://{BUCKET}/some/lake/")
    assert seen == {
        "before": False,
        "rows before": 0,
        "rows": {"2026-01-05": 2, "2026-01-06": 2},
        "traders": ["a", "bb", "d", "ee"],
        "stale": ["2026-01-05"],
        "claim": f"The lake s3://{BUCKET}/some/lake was bu"[:40],
        "staged": False,
    }
    keys = [item["Key"] for item in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert {key.split("/")[2] for key in keys} == {"_lake.json", "_locks", "run_ledger", "silver_open_lots"}
    held = [json.loads(bucket.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys if "/_locks/" in key]
    assert held, "who writes a table locks it"
    assert not any(held), "locks are let go"


STEPS = """
    import json, sys
    from datetime import date
    from jobs.running.context import open_context
    from jobs.running.runner import run_steps
    from pumploss.settings import from_environment

    day = date.fromisoformat(sys.argv[1])
    with open_context(from_environment()) as context:
        first = run_steps(context, ["bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl"], [day])
        again = run_steps(context, ["silver_trades"], [day])
    print(json.dumps([first[-1].total("rows_written"), sorted(map(str, again[0].changed))]))
"""


def test_a_day_goes_from_a_landing_on_s3_to_a_lake_on_s3(told, bucket, market, land, tmp_path):
    day = date(2026, 1, 5)
    dump = land(tmp_path, day, market(Random(1), [day], 40)[day])
    bucket.upload_file(str(dump), BUCKET, f"dumps/{dump.relative_to(tmp_path)}")
    places = {"PUMPLOSS_LAKE": f"s3://{BUCKET}/lake", "PUMPLOSS_LANDING": f"s3://{BUCKET}/dumps"}
    trades, changed = told(STEPS, str(day), PUMPLOSS_HOME=str(tmp_path / "home"), **places)
    assert trades > 40
    assert changed == []
