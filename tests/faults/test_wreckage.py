"""Files of a lake that were cut, emptied or lost: the message has the cause, the file and the repair."""

from pathlib import Path
from random import Random

import pytest

from feature_repo.store import VIEW, feature_store
from jobs.commands.status import status
from jobs.running.runner import run_steps
from pumploss.errors import LakeError
from pumploss.tables import gold_market_day, run_ledger
from tests.building import lakes
from tests.building.three_days import D3

TABLE = gold_market_day.TABLE


def commits(home, table):
    return sorted((home / "lake" / table.name / "_delta_log").glob("[0-9]*.json"))


def test_half_a_commit_is_named_and_the_repair_works(trial, golden, rounds):
    for seed in rounds(3):
        random, home = Random(seed), trial(seed)
        with lakes.opened(home) as context:
            run_steps(context, [TABLE.name], [D3])
        last = commits(home, TABLE)[-1]
        content = last.read_bytes()
        last.write_bytes(content[: random.choice((0, 1, random.randrange(2, len(content) - 1)))])
        with lakes.opened(home) as context, pytest.raises(LakeError) as refused:
            context.lake.read(TABLE)
        said = str(refused.value)
        assert f"{last} is half a commit" in said, f"seed {seed}"
        assert f"the table is then as of version {int(last.stem) - 1}" in said
        assert [said.rstrip(".") in found for found in status(lakes.settings_of(home))["differences"]] == [True]
        last.unlink()
        with lakes.opened(home) as context:
            run_steps(context, [TABLE.name], [D3])
            assert lakes.contents(context) == golden, f"seed {seed}"


def test_a_ledger_cut_short_is_named(trial, golden, rounds, capfd):
    for seed in rounds(3):
        random, home = Random(seed), trial(seed)
        file = random.choice(sorted((home / "lake" / "run_ledger").rglob("*.parquet")))
        content = file.read_bytes()
        cut = content[: random.randrange(len(content))] if seed % 3 else None
        if cut is None:
            file.unlink()
        else:
            file.write_bytes(cut)
        with lakes.opened(home) as context, pytest.raises(LakeError) as refused:
            context.ledger.latest()
        said = str(refused.value)
        assert f"{file} has {len(cut) if cut else 'no'} bytes instead of {len(content)}" in said, f"seed {seed}"
        assert "from a backup" in said
        assert "`pumploss nightly` then builds every landed day again" in said
        assert "panicked" not in capfd.readouterr().err
    with lakes.opened(home) as context:
        (home / "lake" / "run_ledger").rename(home / "aside")
        lakes.build(context)
        assert lakes.contents(context) == golden


def test_a_log_whose_first_commit_is_gone_is_named(trial):
    home = trial(0)
    commits(home, run_ledger.TABLE)[0].unlink()
    with (
        lakes.opened(home) as context,
        pytest.raises(LakeError, match=r"The log .*run_ledger/_delta_log cannot be read"),
    ):
        context.ledger.latest()


def test_a_damaged_feast_registry_is_made_anew(settings):
    feature_store(settings)
    size = Path(settings.feast_registry).stat().st_size
    Path(settings.feast_registry).write_bytes(b"SQLite format 3\0" + bytes(range(256)) * (size // 256))
    assert feature_store(settings).get_feature_view(VIEW).name == VIEW
