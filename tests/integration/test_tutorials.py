"""Tutorials run as they stand, from the first block to the last, on a home after a night."""

import contextlib
import io
import json
import re
import shlex

import pytest

from jobs import commands
from pumploss.settings import ROOT
from tests.building import nights

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
#: Not run here: the night that the home is after, and what stays up until somebody ends it.
ELSEWHERE = {"nightly", "serve", "airflow"}
_BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def blocks(page):
    """Kind and text of each block that is run, or says what is printed."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def typed(line):
    """Runs a command; a wallet stands for ADDRESS."""
    words = shlex.split(line.replace("ADDRESS", first_loser()) if "ADDRESS" in line else line)
    assert words[0] == "pumploss"
    if words[1] not in ELSEWHERE:
        assert commands.main(words[1:]) in (0, 1), line


def first_loser():
    """The wallet at the head of the board of net results."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert commands.main(["losers", "--net", "--json"]) == 0
    return json.loads(printed.getvalue())[0]["trader"]


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_every_block_runs_and_prints_what_the_page_says(fixed_market, page):
    names, said = {"__name__": "__main__"}, ""
    with nights.environment_of(fixed_market):
        for number, (kind, text) in enumerate(blocks(page), start=1):
            if kind == "text":
                lines = [" ".join(line.split()) for line in said.splitlines()]
                missing = [
                    line for line in text.splitlines() if not any(" ".join(line.split()) in one for one in lines)
                ]
                assert missing == [], f"block {number} of {page.name} is not what was printed:\n{said}"
                continue
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                if kind == "python":
                    exec(compile(text, f"{page.name}, block {number}", "exec"), names)
                else:
                    for line in text.splitlines():
                        typed(line)
            said = printed.getvalue()


def test_there_is_one_for_each_who_uses_it():
    assert [page.stem for page in TUTORIALS] == ["first-consumer", "first-night", "first-training-set"]
    assert all({kind for kind, _ in blocks(page)} >= {"text"} for page in TUTORIALS)
