"""Locks of a lake on S3, against a server on 127.0.0.1: objects that are put on condition, renewed, and expire."""

import pytest

BUCKET = "pumploss-locks"


LOCK = """
    import json, os, sys
    from pumploss.errors import LockedError
    from pumploss.lake.locks import table_lock

    root = os.environ["PUMPLOSS_LAKE"]
    seen = []
    with table_lock(root, "things"):
        try:
            with table_lock(root, "things", wait_seconds=0):
                seen.append("both")
        except LockedError as error:
            seen.append(str(error).partition(" is being")[0])
        with table_lock(root, "others", wait_seconds=0):
            seen.append("another table")
    with table_lock(root, "things", wait_seconds=0):
        seen.append("again")
    print(json.dumps(seen))
"""


@pytest.mark.parametrize("place", [f"s3://{BUCKET}/lake", f"s3://{BUCKET}"])
def test_one_writer_at_a_time_on_s3(told, bucket, place):
    seen = told(LOCK, PUMPLOSS_LAKE=place)
    assert seen == [f"Table things of {place}", "another table", "again"]
    stored = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    bodies = [bucket.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in stored]
    assert bodies == [b"{}", b"{}"]  # nobody holds them


DEAD = """
    import json, os
    import boto3
    from pumploss.errors import LockedError
    from pumploss.lake.holders import this_process
    from pumploss.lake.locks import lake_hold, lake_holders, table_lock
    from pumploss.lake.s3_locks import EXPIRY_SECONDS, S3Lock
    from pumploss import clock
    from datetime import timedelta

    root = f"s3://{os.environ['BUCKET']}/lake"
    real = clock.now
    clock.now = lambda: real() + timedelta(days=int(os.environ["CLOCK_DAYS"]))
    client = boto3.client("s3")
    seen = []

    def left_behind(seconds_ago):
        now = S3Lock(root, "lake")._read().seconds
        entry = {"holder": this_process("night").to_json(), "renewed": now - seconds_ago}
        body = json.dumps({"dead": entry}).encode()
        client.put_object(Bucket=os.environ["BUCKET"], Key="lake/_locks/lake", Body=body)

    left_behind(EXPIRY_SECONDS - 100)
    try:
        with lake_hold(root, "another", 0):
            seen.append("taken from the living")
    except LockedError as error:
        seen.append("refused" if f"process {os.getpid()} on" in str(error) else str(error))
    with lake_hold(root, "night", 0):
        entries, named = S3Lock(root, "lake").holders(), lake_holders(root)
        seen.append(f"{len(entries)} of one run, {len(named)} process")
    seen.append(f"{len(lake_holders(root))} left")
    left_behind(EXPIRY_SECONDS + 100)
    with lake_hold(root, "another", 0) as hold:
        seen.append("taken over")
        hold.require()
        left_behind(0)
    seen.append(lake_holders(root)[0].run)
    print(json.dumps(seen))
"""


@pytest.mark.parametrize("clock_days", [-1, 0, 1])
def test_the_lock_of_a_dead_run_expires_by_the_stores_clock_and_nobody_elses_is_let_go(told, bucket, clock_days):
    assert told(DEAD, BUCKET=BUCKET, CLOCK_DAYS=str(clock_days)) == [
        "refused",
        "2 of one run, 1 process",
        "1 left",
        "taken over",
        "night",
    ]


LOST = """
    import json, os, threading
    import boto3
    import pumploss.lake.s3_locks as s3_locks
    from pumploss.errors import LockedError
    from pumploss.lake.locks import lake_hold

    s3_locks._RENEW_SECONDS = 0.01
    root = f"s3://{os.environ['BUCKET']}/lake"
    seen = []
    with lake_hold(root, "night", 0) as hold:
        hold.require()
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="lake/_locks/lake", Body=b"{}")
        hold.lock._renewer.join()
        try:
            hold.require()
        except LockedError as error:
            seen.append("could not renew its lock in time" in str(error))
    print(json.dumps(seen))
"""


def test_a_run_whose_lock_was_lost_writes_nothing_more(told, bucket):
    assert told(LOST, BUCKET=BUCKET) == [True]


RACE = """
    import json, os
    from concurrent.futures import ThreadPoolExecutor
    from pumploss.lake.holders import this_process
    from pumploss.lake.s3_locks import S3Lock

    locks = [S3Lock(f"s3://{os.environ['BUCKET']}", "lake") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda n: locks[n].enter(this_process(str(n))), range(4)))
    print(json.dumps(sorted(map(len, others))))
    next(lock for lock, held in zip(locks, others) if not held).leave()
"""


def test_of_several_that_ask_at_once_one_gets_the_lock(told, bucket):
    assert told(RACE, BUCKET=BUCKET) == [0, 1, 1, 1]
