"""A version that models were trained on is missed where files of it are gone, but for those that were erased."""

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from jobs.verifying.models import _of_data
from pumploss.lake.tombstones import Tombstones
from pumploss.tables.silver_trades import TABLE


def test_a_version_that_an_erasure_took_files_of_is_no_finding(context):
    place = context.lake.path(TABLE)
    days = ["2026-01-05", "2026-01-06"]
    write_deltalake(place, pa.table({TABLE.day: days, "n": [1, 2]}), partition_by=[TABLE.day])
    tags = {f"data_{TABLE.name}": "version 0, days abc"}
    assert list(_of_data(context, "loss-prediction", "1", tags)) == []
    erased, lost = sorted(DeltaTable(place).file_uris())
    context.lake.storage.rm_file(erased)
    (found,) = _of_data(context, "loss-prediction", "1", tags)
    assert erased in found.what
    stones = Tombstones(context.lake, context.settings.home)
    erasure = stones.begin([b"ann", bytes(32)])
    erasure.lose(TABLE.name, [days[0]])
    stones.keep(erasure)
    assert list(_of_data(context, "loss-prediction", "1", tags)) == []
    context.lake.storage.rm_file(lost)
    (found,) = _of_data(context, "loss-prediction", "1", tags)
    assert lost in found.what
    assert erased not in found.what
