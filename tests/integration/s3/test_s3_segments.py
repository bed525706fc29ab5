"""Segments of a lake on S3, against a server on 127.0.0.1: gathered, looked into, refused once a day has changed."""

BUCKET = "pumploss-segments"


LOOKUPS = """
    import json
    from datetime import date, datetime, timedelta, UTC
    import pyarrow as pa
    from jobs.running import lookups
    from jobs.running.context import open_context
    from jobs.running.lookups import STATES, keep_segments, latest_before
    from pumploss.lake.segments import blocks, tiers
    from pumploss.lake.segments.manifest import built_days, shelf
    from pumploss.settings import from_environment
    from pumploss.tables.silver_open_lots import TABLE

    tiers.TIER, tiers.SETTLED_DAYS, blocks.BLOCK_ROWS = 2, 1, 2
    D = [date(2026, 1, 5) + timedelta(days=n) for n in range(6)]

    def put(context, day, units):
        plain = {"lot_index": 0, "lot_id": "l", "opened_at": datetime(2026, 1, 1, tzinfo=UTC), "open_cost_lamports": 1}
        plain |= {"known_at": datetime(2026, 1, 7, tzinfo=UTC), "close_day": day, "trader_cohort": 1}
        optional = {c.name: None for c in TABLE.columns if c.nullable}
        rows = [
            {**optional, **plain, "trader_address": f"t{n}", "token_mint": f"m{n}", "open_units": units}
            for n in range(D.index(day), D.index(day) + 20)
        ]
        made = context.spark.createDataFrame(pa.Table.from_pylist(rows, schema=TABLE.arrow_schema))
        context.lake.replace(TABLE, context.lake.stage("lots", made), [day], {day: len(rows)})
        ended = {"run_id": "r", "step": "silver_trade_pnl", "day": day, "status": "ok", "outputs": "{}"}
        context.ledger.append([ended])

    def found(context):
        wanted = context.spark.createDataFrame([("m0",), ("m3",), ("m11",), ("never",)], "token_mint string")
        rows = latest_before(context, TABLE, wanted, D[-1]).toArrow().to_pylist()
        return sorted((row["token_mint"], str(row["close_day"]), row["open_units"]) for row in rows)

    with open_context(from_environment()) as context:
        for n, day in enumerate(D[:-1]):
            put(context, day, n + 1)
        seen = {"built": keep_segments(context, TABLE, D[-1]), "found": found(context)}
        opened = lookups.opened(context)[-1]
        seen["days read whole"], seen["opened a part"] = opened["days"], 0 < opened["rows"] < 60
        put(context, D[1], 9)
        seen["sound"] = len(shelf(context.lake, STATES[TABLE.name], built_days(context.lake, TABLE)).sound)
        seen["found later"] = found(context)
        seen["days read whole later"] = lookups.opened(context)[-1]["days"]
    print(json.dumps(seen))
"""


def test_segments_on_s3(told, bucket, tmp_path):
    seen = told(LOOKUPS, PUMPLOSS_HOME=str(tmp_path), PUMPLOSS_LAKE=f"s3://{BUCKET}/some/lake")
    latest = [["m0", "2026-01-05", 1], ["m11", "2026-01-09", 5], ["m3", "2026-01-08", 4]]
    assert seen["found"] == latest
    assert (seen["days read whole"], seen["opened a part"]) == (0, True)
    assert seen["built"] > seen["sound"] > 0
    assert seen["found later"] == latest
    assert seen["days read whole later"] == 0, "what was restated is gathered again"
