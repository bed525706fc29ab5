"""What the lake no longer holds although the ledger says so, and what is done about it."""

import json
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from jobs.running import gate
from jobs.running.runner import run_step, run_steps
from jobs.running.standing import mark_tables, torn_days
from pumploss.errors import ContractError, LakeError, StaleError
from pumploss.tables import gold_market_day, gold_trader_day, silver_round_trips, silver_trades
from tests.building.lakes import opened
from tests.building.three_days import D1, D2, D3, DAYS, STEPS, stale


def test_what_was_built_stands(built):
    assert torn_days(built, silver_trades.TABLE) == {}
    assert mark_tables(built, ["silver_trades", "gold_market_day"]) == {}


def test_a_table_whose_commits_are_gone_is_built_again_and_nothing_else(built, digests):
    before = digests(built)
    home, log = built.settings.home, DeltaTable(built.lake.path(silver_trades.TABLE))
    latest = log.version()
    run_step(built, "silver_trades", [D3])
    folder = built.settings.home / "lake" / "silver_trades" / "_delta_log"
    (folder / f"{latest + 1:020}.json").unlink()
    with opened(home) as context:
        with pytest.raises(StaleError, match=r"is stale: the lake has silver_trades at version 1, the ledger names"):
            run_step(context, "silver_trade_pnl", [D1])
        assert D3 in stale(context)["silver_trades"]
        run_steps(context, STEPS, [D3])
        assert digests(context) == before
        assert stale(context) == {}


def test_a_day_of_other_files_or_none_is_not_taken_for_built(built, digests):
    before = digests(built)
    log = DeltaTable(built.lake.path(gold_market_day.TABLE))
    log.delete(f"day = '{D2.isoformat()}'")
    marked = mark_tables(built, ["gold_market_day"])
    assert list(marked) == [("gold_market_day", D2)]
    assert marked["gold_market_day", D2] == "the lake has 0 rows of gold_market_day, the ledger names 1"
    run_steps(built, STEPS, [D3])
    assert digests(built) == before
    log = DeltaTable(built.lake.path(gold_market_day.TABLE))
    log.restore(1)
    marked = mark_tables(built, ["gold_market_day"])
    assert marked["gold_market_day", D2] == "the files of gold_market_day are others than those that the ledger names"
    run_steps(built, STEPS, [D3])
    assert digests(built) == before


def test_a_table_that_is_gone_is_built_again(built, digests):
    before = digests(built)
    shutil.rmtree(built.settings.home / "lake" / "silver_trader_mint_day")
    with opened(built.settings.home) as context:
        marked = mark_tables(context, ["silver_trader_mint_day"])
        assert marked == {("silver_trader_mint_day", day): "the lake has no silver_trader_mint_day" for day in DAYS}
        run_steps(context, STEPS, [D3])
        assert digests(context) == before


def narrowed(lake, table, column):
    """Rewrites a table's log as if it had been made before a column came."""
    first = Path(lake.path(table)) / "_delta_log" / f"{0:020}.json"
    actions = [json.loads(line) for line in first.read_text().splitlines()]
    for action in actions:
        if "metaData" in action:
            schema = json.loads(action["metaData"]["schemaString"])
            schema["fields"] = [field for field in schema["fields"] if field["name"] != column]
            action["metaData"]["schemaString"] = json.dumps(schema)
    first.write_text("\n".join(map(json.dumps, actions)) + "\n")


@pytest.mark.parametrize(
    ("table", "column"),
    [(gold_market_day.TABLE, "trader_count"), (gold_trader_day.TABLE, "last_lost_at_close")],
    ids=["flow", "level"],
)
def test_days_of_before_a_column_came_are_built_again(built, digests, table, column):
    before, home = digests(built), built.settings.home
    narrowed(built.lake, table, column)
    with opened(home) as context:
        assert context.lake.lacking(table) == [column]
        with pytest.raises(ContractError, match="`pumploss nightly` adds what is missing and builds its days again"):
            context.lake.read(table)
        marked = mark_tables(context, [table.name])
        said = f"{table.name} was built before {column} came"
        assert marked == {(table.name, day): said for day in DAYS}
        assert stale(context) == {table.name: list(DAYS)}
        assert mark_tables(context, [table.name]) == {}
        run_steps(context, STEPS, [D3])
        assert stale(context) == {}
        assert digests(context) == before


def test_a_table_that_had_a_step_of_its_own_is_built_again_where_that_was_not_reached(built, digests):
    """Round trips had a step of their own once: ledgers of then say nothing of them beside profit and loss."""
    before, rows = digests(built), built.ledger.standing("silver_trade_pnl")
    for day in (D2, D3):
        outputs = json.loads(rows[day]["outputs"])
        del outputs["silver_round_trips"]
        built.ledger.append([{**rows[day], "outputs": json.dumps(outputs)}])
    DeltaTable(built.lake.path(silver_round_trips.TABLE)).delete(f"close_day = '{D3.isoformat()}'")
    said = "the lake has no silver_round_trips, and the ledger does not say that it was written"
    assert mark_tables(built, ["silver_round_trips"]) == {("silver_trade_pnl", D3): said}
    run_steps(built, STEPS, [D3])
    assert digests(built) == before


def test_what_moved_while_it_was_read_is_not_published(built, monkeypatch, digests):
    before = digests(built)

    def judged(table, stage, *given):
        DeltaTable(built.lake.path(silver_trades.TABLE)).delete(f"trade_date = '{D1.isoformat()}'")
        monkeypatch.undo()
        return judge(table, stage, *given)

    judge = gate.judge_staged
    monkeypatch.setattr(gate, "judge_staged", judged)
    with pytest.raises(LakeError, match=r"silver_trade_pnl of .* somebody else changed silver_trades from version"):
        run_step(built, "silver_trade_pnl", [D3])
    run_steps(built, STEPS, [D3])
    assert digests(built) == before
