"""What the tests of the online store put into the lake, ask of Redis and tell the ledger."""

import pyarrow as pa
from deltalake import write_deltalake

from feature_repo.online_traders import trader_keys
from feature_repo.store import KEY_VERSION, PROJECT, VIEW
from features.registry import TABLE
from jobs.running.runner import run_pass
from pumploss.contract import Type
from pumploss.hot import open_hot
from pumploss.report import RunReport


def built(context, *days):
    """What the ledger says after gold_trader_features has run for these days."""
    row = {"run_id": "r", "step": TABLE.name, "status": "ok", "seconds": 0.0, "inputs": "[]", "outputs": "{}"}
    row |= {"peak_memory_bytes": 1, "code_version": "0", "landing": "l"}
    context.ledger.append({**row, "day": day} for day in days)


def keys_online(settings):
    """How many keys Feast has in Redis."""
    with open_hot(settings) as hot:
        return sum(not key.startswith("pumploss:") for key in hot.scan_iter())


def astray(settings, trader):
    """A row of a trader online who is not known to be there, as earlier versions could leave it."""
    with open_hot(settings) as hot:
        hot.set(trader_keys([trader], PROJECT, KEY_VERSION)[0], "a row")
        hot.srem(f"pumploss:online:{VIEW}:traders", trader)


def feature_rows(at, **traders):
    """Rows of features as of a T, neutral but for the trades with a loss that each trader is given."""
    neutral = {Type.BIGINT: 0, Type.INT: 0, Type.DOUBLE: None, Type.BOOLEAN: False, Type.STRING: "", Type.TIMESTAMP: at}
    own = {"as_of": at, "known_at": at, "feature_day": at.date()}
    filled = {column.name: neutral.get(column.type) for column in TABLE.columns}
    return [{**filled, **own, "trader_address": name, "loss_trades_24h": n} for name, n in traders.items()]


def put(settings, rows, **more):
    """Writes rows of features to the lake."""
    batch = pa.Table.from_pylist(rows, schema=TABLE.arrow_schema)
    path = f"{settings.lake}/{TABLE.name}"
    write_deltalake(path, batch, partition_by=list(TABLE.partition_by), **{"mode": "append", **more})


def materialize(context, day):
    """Puts the features of a dump day online."""
    return run_pass(context, RunReport("materialize_features"), (day,))
