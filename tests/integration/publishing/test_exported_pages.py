"""Static pages show what the warm store has."""

import json
from pathlib import Path

from jobs.running.runner import run_pass
from pumploss.report import RunReport
from pumploss.warm import open_reader, open_warm, publishing
from tests.building.town import DAY, Town


def test_every_board_is_exported_as_the_warm_store_has_it(town: Town) -> None:
    run_pass(town.context, RunReport("publish_hot"), (DAY,))
    root = Path(town.settings.exports_root)
    index = json.loads((root / "index.json").read_text())
    with open_warm(town.settings) as warm, open_reader(town.settings) as reader:
        shown = publishing.latest(warm)
        assert shown is not None
        assert (index["version"], index["as_of"]) == (shown.publish_id, shown.as_of.isoformat())
        boards = {period: reader.leaderboard(period).rows for period in ("24h", "7d", "30d", "all")}
        boards |= {f"net-{period}": reader.net_losers(period).rows for period in ("24h", "7d", "30d", "all")}
    pages = {page["path"]: page for page in index["pages"]}
    assert {"boards/expected.json", "market_day.json"} < pages.keys()
    for name, rows in boards.items():
        page = json.loads((root / f"boards/{name}.json").read_text())
        assert [(row["rank"], row["trader"]) for row in page["rows"]] == [(row.rank, row.trader) for row in rows]
        assert [row["loss_amount"] for row in page["rows"]] == [str(row.loss_amount) for row in rows]
        assert pages[f"boards/{name}.json"]["rows"] == len(rows)
