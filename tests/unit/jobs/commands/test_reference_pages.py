"""The pages of commands, settings and decisions."""

from jobs.commands import parser, reference_pages

NOTE = "Made.\n"


def test_every_option_of_every_command_is_told():
    page = reference_pages.commands_page(NOTE)
    for name, command in reference_pages._commands().items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        options = {option for action in command._actions for option in action.option_strings} - {"-h", "--help"}
        assert [option for option in options if f"`{option}" not in section] == []


def test_defaults_are_those_of_the_settings():
    page = reference_pages.settings_page(NOTE)
    assert "| `PUMPLOSS_HORIZON_DAYS` | days for which outcomes are watched: 1, 7 or 30 | `7` |" in page
    assert page.count("| below the home |") == 4


def test_decisions_are_linked_by_their_headings():
    page = reference_pages.decisions_page(NOTE)
    assert (
        "- [10. The root of a package is the list of its things](../decisions/0010-the-layout-of-the-house.md)" in page
    )
    numbers = [int(line.split("[")[1].split(".")[0]) for line in page.splitlines() if line.startswith("- [")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_commands_are_those_of_the_parser():
    assert (
        reference_pages._commands()["run"].description
        == parser.build("pumploss").parse_args(["run", "all", "--day", "2026-01-01"]).parser.description
    )
