"""Published figures are followed back to lines of dumps, and worked out again from them."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from jobs import commands
from jobs.auditing.chain import audit
from jobs.auditing.lines import Lines
from jobs.running.runner import run_step
from pumploss.errors import LandingError, SettingsError, StoreError
from pumploss.warm import open_warm
from tests.building import built_days, lakes, nights
from tests.building.three_days import DAYS

pytestmark = pytest.mark.slow

_FIGURES = {
    "day": "SELECT trader_address || ':' || day FROM daily_losses",
    "loss": "SELECT period || ':' || rank FROM leaderboards",
    "net": "SELECT period || ':' || rank FROM net_losers",
}
AUDITED = 100


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory):
    """A home with three published days of late trades and copies."""
    home = lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path_factory.mktemp("audited") / "home")
    with lakes.opened(home) as context:
        run_step(context, "publish_warm", DAYS)
    return home


def figures(warm) -> list[str]:
    return sorted(f"{kind}:{row}" for kind, query in _FIGURES.items() for (row,) in warm.execute(query))


def test_a_hundred_random_figures_follow_from_the_lines_of_their_dumps(home):
    with lakes.opened(home) as context, open_warm(context.settings) as warm:
        every, lines = figures(warm), Lines(context)
        names = Random(7).choices(every, k=AUDITED)
        assert {name.split(":")[0] for name in names} == set(_FIGURES)
        for name in names:
            found = audit(context, warm, lines, name)
            assert found["agrees"], found
            assert found["published"]["loss_amount"] <= 0
            assert all(said["lines"] for said in found["files"].values())
            is_of_all_time = found["figure"]["period"] == "all"
            assert is_of_all_time == any(entry["table"] == "gold_lifetime_losers" for entry in found["tables"])
            for entry in found["tables"]:
                assert entry["rows"] == 0 or all(Path(path).exists() for path in entry["files"])
                assert entry["version"] <= context.lake.version(lakes_table(entry["table"]))
        assert found["publish"]["published_by"]
        assert found["publish"]["seconds"] > 0


def lakes_table(name):
    return next(table for table in lakes.data_tables() if table.name == name)


def test_a_figure_that_does_not_follow_is_told(home, capsys):
    with lakes.opened(home) as context, open_warm(context.settings) as warm:
        trader, day = warm.execute("SELECT trader_address, day FROM daily_losses ORDER BY 2 DESC, 1 LIMIT 1").fetchone()
        name = f"day:{trader}:{day}"
        with nights.environment_of(home):
            assert commands.main(["audit", name]) == 0
            assert "They agree; worked out from lines of the dumps" in capsys.readouterr().out
            warm.execute(
                "UPDATE daily_losses SET daily_loss = daily_loss - 1 WHERE (trader_address, day) = (%s, %s)",
                (trader, day),
            )
            assert commands.main(["audit", name, "--json"]) == 1
        said = json.loads(capsys.readouterr().out)
        assert float(said["published"]["loss_amount"]) == pytest.approx(float(said["recomputed"]["loss_amount"]) - 1)
        warm.execute(
            "UPDATE daily_losses SET daily_loss = daily_loss + 1 WHERE (trader_address, day) = (%s, %s)", (trader, day)
        )


def test_a_dump_that_is_no_longer_the_same_proves_nothing(home, tmp_path):
    copy = lakes.copied(home, tmp_path / "home")
    with lakes.opened(copy) as context, open_warm(context.settings) as warm:
        lines = Lines(context)
        name = f"loss:all:{warm.execute('SELECT count(*) FROM leaderboards WHERE period = %s', ('all',)).fetchone()[0]}"
        (dump, *_) = audit(context, warm, lines, name)["files"]
        path = Path(context.settings.landing) / dump
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"\n"))
        with pytest.raises(LandingError, match="is not what the lake was built from"):
            audit(context, warm, Lines(context), name)
        path.unlink()
        with pytest.raises(LandingError, match="bring it back"):
            audit(context, warm, Lines(context), name)


@pytest.mark.parametrize("name", ["loss:24h", "day:x", "page:1", "loss:1h:1", "loss:24h:first", "day:x:yesterday"])
def test_a_name_of_no_figure_is_refused(home, name):
    with lakes.opened(home) as context, open_warm(context.settings) as warm, pytest.raises(SettingsError):
        audit(context, warm, Lines(context), name)


def test_what_is_not_published_is_not_audited(home):
    with (
        lakes.opened(home) as context,
        open_warm(context.settings) as warm,
        pytest.raises(StoreError, match="shows no"),
    ):
        audit(context, warm, Lines(context), "score:nobody")
