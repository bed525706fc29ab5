"""The generated pages."""

from dataclasses import fields

import pytest

from features.registry import features
from jobs.commands import pages, reference_pages
from jobs.commands.examples import EXAMPLES
from jobs.pipeline import STEPS
from pumploss import catalog
from pumploss.errors import PumpLossError
from pumploss.settings import Settings
from pumploss.warm import tables as warm_tables
from sources import SOURCES


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "FOLDER", tmp_path / "generated")
    return tmp_path / "generated"


def test_everything_that_is_declared_is_on_a_page():
    text = pages.pages()
    declared = {
        "tables.md": catalog.tables(),
        "warm.md": [table.name for table in warm_tables.TABLES],
        "features.md": [feature.name for feature in features()],
        "steps.md": [step.name for step in STEPS],
        "sources.md": SOURCES,
        "commands.md": EXAMPLES,
        "settings.md": [setting.metadata["variable"] for setting in fields(Settings)],
        "decisions.md": [path.name for path in reference_pages.DECISIONS.glob("*.md")],
    }
    assert text.keys() == declared.keys()
    assert [name for page, names in declared.items() for name in names if name not in text[page]] == []


def test_a_stale_page_is_named(folder):
    pages.write()
    pages.require_fresh()
    (folder / "steps.md").write_text("something else")
    with pytest.raises(PumpLossError, match=r"steps\.md"):
        pages.require_fresh()
