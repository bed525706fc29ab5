"""Writes the reference of commands and settings, and the list of decisions, each from where it is declared."""

import argparse
from collections.abc import Iterator
from dataclasses import MISSING, fields

from jobs.commands import parser
from jobs.commands.examples import EXAMPLES
from pumploss.settings import ROOT, Settings

DECISIONS = ROOT / "docs" / "decisions"
PROGRAM = "pumploss"


def commands_page(note: str) -> str:
    """Write every command with its arguments and examples."""
    said = (
        f"`{PROGRAM} COMMAND --help` says the same. Exit codes: 0, 1 after an error or where something waits for a "
        "person, 2 for wrong arguments, 130 after Ctrl-C, 143 after SIGTERM."
    )
    parts = [f"# Commands\n\n{note}\n{said}\n"]
    for name, command in sorted(_commands().items()):
        parts.append(f"\n## {name}\n\n{command.description}\n")
        parts += ["\n", *(f"- {line}\n" for line in _arguments(command))]
        examples = "\n".join(f"{PROGRAM} {typed}  # {why}" for typed, why in EXAMPLES[name])
        parts.append(f"\n```console\n{examples}\n```\n")
    return "".join(parts)


def settings_page(note: str) -> str:
    """Write every environment variable that the project reads, with its default."""
    rows = [
        f"| `{setting.metadata['variable']}` | {setting.metadata['meaning']} | {_default(setting.default)} |\n"
        for setting in fields(Settings)
    ]
    return (
        f"# Settings\n\n{note}\nRead from the environment by `pumploss/settings.py`, and nowhere else; empty counts as "
        "unset. Addresses may hold passwords, which are never printed.\n\n| variable | what | default |\n| --- | --- | "
        "--- |\n" + "".join(rows)
    )


def decisions_page(note: str) -> str:
    """Write the list of decisions, each by its own heading."""
    titles = ((path, path.read_text(encoding="utf-8").splitlines()[0]) for path in sorted(DECISIONS.glob("*.md")))
    lines = [f"- [{title.removeprefix('# ')}](../decisions/{path.name})\n" for path, title in titles]
    return f"# Decisions\n\n{note}\nWhat was decided, why, and what was tried and measured.\n\n" + "".join(lines)


def _commands() -> dict[str, argparse.ArgumentParser]:
    actions = parser.build(PROGRAM)._actions  # noqa: SLF001 - argparse has no public way to its commands
    (choices,) = (action.choices for action in actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    return dict(choices)


def _arguments(command: argparse.ArgumentParser) -> Iterator[str]:
    """Tell each argument as help does, but for help itself."""
    for action in command._actions:  # noqa: SLF001 - as above
        if isinstance(action, argparse._HelpAction):  # noqa: SLF001
            continue
        value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        shown = f"{name} {value}" if action.option_strings and value else name
        yield f"`{shown}`: {action.help or ' or '.join(map(str, action.choices or ()))}"


def _default(default: object) -> str:
    if default is MISSING:
        return "below the home"
    return "none" if default is None else f"`{default}`"
