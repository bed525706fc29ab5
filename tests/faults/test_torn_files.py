"""Small files that were torn before they were written as a whole, or by hand, block nothing."""

from random import Random

import pytest

from jobs.running import gate
from jobs.running.runner import run_steps
from pumploss.checks.data_docs import has_results
from pumploss.errors import LakeError
from pumploss.lake.owner import claim, owner
from pumploss.report import RunReport
from tests.building import lakes
from tests.building.judged import CHECKS, NIGHT, judged
from tests.building.three_days import D3

TORN = (b"", b"{", b"[]", b'{"landing": ', b"\0" * 40)


@pytest.mark.parametrize("torn", TORN)
def test_the_note_of_the_landing_is_made_again_from_the_ledger(template, tmp_path, torn):
    home = lakes.copied(template, tmp_path / "home")
    (home / "lake" / "_lake.json").write_bytes(torn)
    with lakes.opened(home) as context:
        assert owner(context.lake) == context.settings.landing == str(home / "landing")
        claim(context.lake, context.settings.landing)
        with pytest.raises(LakeError, match="was built from"):
            claim(context.lake, "/dumps/real")


def test_an_empty_log_after_a_full_disk_is_no_table(template, golden, tmp_path):
    """The disk took the folder of the log and no commit: so it is for every table of a new lake."""
    home = tmp_path / "home"
    for table in lakes.data_tables():
        (home / "lake" / table.name / "_delta_log").mkdir(parents=True)
        (home / "lake" / table.name / "_delta_log" / "_commit_0.json.tmp").write_bytes(b"")
    (home / "lake" / "run_ledger" / "_delta_log").mkdir(parents=True)
    with lakes.opened(home, template / "landing") as context:
        assert context.ledger.latest() == {}
        lakes.build(context)
        assert lakes.contents(context) == golden


def test_data_docs_that_are_torn_hold_up_no_night(trial, rounds):
    for seed in rounds(4):
        random = Random(seed)
        with lakes.opened(trial(seed)) as context:
            folder, said = context.settings.data_docs_dir, []
            files = sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".html"))
            for path in random.sample(files, min(len(files), random.randrange(1, 9))):
                path.write_bytes(random.choice((*TORN, path.read_bytes()[: random.randrange(40)])))
            run_steps(context, ["bronze_trades"], [D3])
            gate.build_data_docs(folder, said.append)
            assert said == [], f"seed {seed}"
            assert has_results(folder)


def test_whatever_data_docs_raise_is_a_warning(tmp_path):
    """A file stands where their folder would be: neither a result nor a page can be written."""
    (tmp_path / "docs").write_text("in the way")
    report, said = RunReport("bronze_trades"), []
    gate.document(tmp_path / "docs", judged(0, 0, 0), (NIGHT,), NIGHT, {}, report)
    assert [warning for warning in report.warnings if "Data Docs lack a result of 2026-01-05" in warning]
    (tmp_path / "other" / "validations" / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "other" / "validations" / "a" / "b" / "c" / "d.json").write_text('{"meta": 3}')
    gate.build_data_docs(tmp_path / "other", said.append)
    assert CHECKS
    assert len(said) == 1
    assert said[0].startswith("Data Docs could not be built: ")
    assert "delete" in said[0]
