"""Notebooks run from the first cell to the last on a home after a night, and draw what they promise."""

import json

import pytest

from pumploss.settings import ROOT
from tests.building import nights

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def sources(notebook):
    """The text of each cell of code."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_every_cell_runs_and_something_is_drawn(fixed_market, notebook, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    plt.close("all")
    names = {"__name__": "__main__"}
    with nights.environment_of(fixed_market):
        for number, source in enumerate(sources(notebook), start=1):
            exec(compile(source, f"{notebook.name}, cell of code {number}", "exec"), names)
    axes = [axis for number in plt.get_fignums() for axis in plt.figure(number).axes]
    assert axes
    assert all(axis.has_data() for axis in axes)
    plt.close("all")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_home_without_a_night_is_told_so(notebook, tmp_path):
    with nights.environment_of(tmp_path), pytest.raises(AssertionError, match="run `make nightly`"):
        exec(compile(sources(notebook)[0], notebook.name, "exec"), {"__name__": "__main__"})


def test_there_is_a_notebook_for_each_thing_that_people_do_with_features():
    assert [notebook.stem for notebook in NOTEBOOKS] == ["find_a_feature", "one_trader_online", "train_a_model"]
