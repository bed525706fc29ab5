"""What a table's log says of a trader's files."""

import json

from jobs.erasing.forms import Trader
from jobs.erasing.log_files import cleanse
from pumploss.tables.silver_trades import TABLE
from tests.building.addresses import address

ANN, BOB = Trader(address("ann")), Trader(address("bob"))


def entry(lowest, highest):
    stats = {"numRecords": 7, "minValues": {"trader_address": lowest}, "maxValues": {"trader_address": highest}}
    return {"add": {"path": "p", "stats": json.dumps(stats)}}


def test_bounds_that_were_cut_go_as_whole_ones_do(context):
    log = f"{context.lake.path(TABLE)}/_delta_log"
    context.lake.storage.makedirs(log)
    bounds = [
        (ANN.address, BOB.address),
        (ANN.address[:32], "x"),
        (BOB.address, ANN.address[:31] + "~"),
        (BOB.address, "x"),
    ]
    lines = [json.dumps(entry(*pair)) for pair in bounds]
    context.lake.storage.pipe_file(f"{log}/{0:020}.json", "\n".join(lines).encode())
    cleanse(context.lake, TABLE, ANN)
    left = [json.loads(line) for line in context.lake.storage.cat_file(f"{log}/{0:020}.json").splitlines()]
    assert [json.loads(line["add"]["stats"]) for line in left[:3]] == [{"numRecords": 7}] * 3
    assert left[3] == json.loads(lines[3])
