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


LANDED_AGAIN = """
    import json, os, sys
    from datetime import date
    import boto3
    from jobs.running.context import open_context
    from jobs.running.due_days import changed_dumps
    from jobs.running.runner import run_steps
    from pumploss.settings import from_environment

    day, key, same, other = date.fromisoformat(sys.argv[1]), *sys.argv[2:]
    client, seen, reads = boto3.client("s3"), [], []
    with open_context(from_environment()) as context:
        run_steps(context, ["bronze_trades"], [day])
        digest = context.landing.sha256
        context.landing.sha256 = lambda file: reads.append(1) or digest(file)

        def look():
            reads.clear()
            seen.append([[str(found) for found in changed_dumps(context, (day,))], len(reads)])

        look()
        for path in (same, other):
            client.upload_file(path, "pumploss-test", key)
            look()
    print(json.dumps(seen))
"""


def test_a_dump_that_lands_again_under_its_name_is_noticed_by_its_tag(told, bucket, market, land, tmp_path):
    """Neither is its size another, nor need a clock of ours be right: the other dump has one letter changed."""
    day = date(2026, 1, 5)
    dump = land(tmp_path, day, market(Random(1), [day], 40)[day])
    key = f"dumps/{dump.relative_to(tmp_path)}"
    bucket.upload_file(str(dump), BUCKET, key)
    other = tmp_path / "other"
    content = dump.read_bytes()
    other.write_bytes(content[:-4] + bytes([content[-4] ^ 1]) + content[-3:])
    places = {"PUMPLOSS_LAKE": f"s3://{BUCKET}/lake", "PUMPLOSS_LANDING": f"s3://{BUCKET}/dumps"}
    seen = told(LANDED_AGAIN, str(day), key, str(dump), str(other), PUMPLOSS_HOME=str(tmp_path / "home"), **places)
    assert seen == [[[], 0], [[], 0], [["2026-01-05"], 1]], "equal content has an equal tag, and is not read"


CLAIMS = """
    import json, os, threading
    from pumploss.errors import LakeError
    from pumploss.lake import Lake
    from pumploss.lake.owner import claim, owner

    lakes = [Lake(os.environ["PUMPLOSS_LAKE"], None) for _ in range(6)]
    looked = threading.Barrier(len(lakes))
    won, lost = [], []

    def first_run(number):
        storage = lakes[number].storage
        exists, looks = storage.exists, []

        def exists_then(path, *given, **more):
            found = exists(path, *given, **more)
            if not looks:
                looks.append(1)
                looked.wait(60)
            return found

        lakes[number].__dict__["storage"] = Watched(storage, exists_then)
        try:
            claim(lakes[number], f"s3://dumps/{number}")
            won.append(number)
        except LakeError as error:
            lost.append(str(error))

    class Watched:
        def __init__(self, storage, exists):
            self._storage, self.exists = storage, exists

        def __getattr__(self, name):
            return getattr(self._storage, name)

    runs = [threading.Thread(target=first_run, args=(number,)) for number in range(len(lakes))]
    [run.start() for run in runs]
    [run.join() for run in runs]
    print(json.dumps([won, owner(lakes[0]), [text.partition(", not from")[0] for text in lost]]))
"""


def test_of_several_first_runs_one_binds_the_lake(told, bucket):
    root = f"s3://{BUCKET}/lake"
    won, bound, lost = told(CLAIMS, PUMPLOSS_LAKE=root)
    assert len(won) == 1
    assert bound == f"s3://dumps/{won[0]}"
    assert lost == [f"The lake {root} was built from {bound}"] * 5
