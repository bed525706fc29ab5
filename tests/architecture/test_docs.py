"""The documents: every command in them is one, every link leads somewhere, and the site asks nobody for anything."""

import re
import shlex
from importlib.util import find_spec

import pytest

from jobs.commands.examples import EXAMPLES
from jobs.commands.parser import parse
from pumploss.settings import ROOT
from tests.building.docs_site import built_site

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
#: What stands for something of the reader's own, and what a command may be given in its place.
PLACEHOLDERS = {
    "D": "2026-03-31", "A": "2026-03-01", "B": "2026-03-31", "DAY": "2026-03-31", "YYYY-MM-DD": "2026-03-31",
    "NAME": "risk-score", "STEP": "gold_scores", "VERSION": "1", "COMMAND": "losers",
}  # fmt: skip
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_BEGINS = re.compile(r"^(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?(?:pumploss|make|python -m) (?=[a-zA-Z])")


def blocks(text, *languages):
    """Fenced blocks of these languages; `""` is a block without one."""
    return [body for _, language, body in _FENCE.findall(text) if language in languages]


def commands(text):
    """Every command of a page: lines of blocks, and code within sentences, that begin as one does."""
    lines = [line.strip() for body in blocks(text, "console", "bash", "") for line in body.splitlines()]
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", _FENCE.sub("", text))]
    return [line for line in lines + spans if _BEGINS.match(line)]


def refusal(command):
    """What is wrong with a command, or None."""
    words = shlex.split(command.removeprefix("$ "), comments=True)
    while "=" in words[0]:
        words = words[1:]
    words = [PLACEHOLDERS.get(word, word) for word in (word.strip("[]") for word in words)]
    program, *rest = [words[0].removeprefix(".venv/bin/"), *words[1:]]
    if program == "make":
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        return None if {word for word in rest if "=" not in word} <= targets else f"{command}: make has no such target"
    if program == "python" and rest[1] != "jobs":
        return None if find_spec(rest[1]) else f"{command}: there is no module {rest[1]}"
    try:
        parse(rest[2:] if program == "python" else rest, "pumploss")
    except SystemExit as ended:
        return f"{command}: refused" if ended.code else None
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_is_one(page):
    # In a sentence a command may be called by its bare name.
    named_alone = {f"{program} {name}" for program in ("pumploss", "python -m jobs") for name in EXAMPLES}
    found = [command for command in commands(page.read_text()) if command not in named_alone]
    assert [said for said in map(refusal, found) if said] == []


def test_commands_are_found_and_told_from_nonsense():
    page = "Say `pumploss losers --net`.\n\n```console\nmake nightly DAYS=3\npumploss fly\n```\n\n`python -m nothing`\n"
    found = commands(page)
    assert found == ["make nightly DAYS=3", "pumploss fly", "pumploss losers --net", "python -m nothing"]
    assert [refusal(command) is None for command in found] == [True, False, True, False]


@pytest.mark.slow
def test_the_site_is_whole_and_asks_no_other_host(tmp_path_factory):
    pages = [path for path in built_site(tmp_path_factory).rglob("*.html") if path.name != "404.html"]
    assert len(pages) >= len(PAGES) - 1
    loaded = re.compile(r"""<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)="(?:https?:)?//""")
    assert [path for path in pages if loaded.search(path.read_text())] == []
