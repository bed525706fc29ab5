"""Every command and option; importing this imports nothing heavy."""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from typing import Any

from jobs.commands.examples import epilog
from jobs.pipeline import STEPS
from pumploss import days
from pumploss.errors import SettingsError

ALL = "all"
STEP_NAMES = tuple(step.name for step in STEPS)
PERIODS = ("24h", "7d", "30d", "all")
REPORT_PORT = 8787

_Commands = Any  # argparse hides the class of what add_subparsers answers


def parse(argv: Sequence[str] | None, program: str) -> argparse.Namespace:
    """Reads the arguments, with `handler`, the function to call. Ends the process with code 2 where they are wrong."""
    arguments = build(program).parse_args(argv)
    if "first" in arguments:
        _complete_range(arguments)
    return arguments


def build(program: str) -> argparse.ArgumentParser:
    """Makes the parser of every command, each with its examples."""
    parser = argparse.ArgumentParser(program, description="What traders lose on pump.fun, and who is about to lose.")
    parser.add_argument("--version", action="version", version=f"Pump Loss {version('pumploss')}")
    parser.set_defaults(parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_nights, _steps, _readers, _models, _servers):
        add(commands)
    for name, command in commands.choices.items():
        command.epilog = epilog(name, program)
        command.formatter_class = argparse.RawDescriptionHelpFormatter
    return parser


def _command(commands: _Commands, name: str, handler: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    made.set_defaults(handler=f"jobs.commands.{handler}", parser=made)
    return made


def _nights(commands: _Commands) -> None:
    nightly = _command(commands, "nightly", "nightly:run", "run every landed day through to published results")
    nightly.add_argument("--landing", metavar="PATH", help="dumps to use as they are; default: simulate a market")
    _market(nightly)
    nightly.add_argument("--last-day", type=_day, metavar="DAY", help="its last day (yesterday); it goes on from there")
    _wait(nightly)
    nightly.add_argument("--no-airflow", action="store_true", help="run the last night in this process, to debug it")
    simulate = _command(commands, "simulate", "simulate:run", "write the dumps of a simulated market")
    _market(simulate)
    simulate.add_argument("--first-day", type=_day, metavar="DAY", help="first day of the market (2026-01-01)")
    simulate.add_argument("--landing", metavar="PATH", help="where to (PUMPLOSS_LANDING, or var/landing)")
    backfill = _command(
        commands, "backfill", "run_steps:backfill", "run steps again over a range of days, each in one pass"
    )
    _range(backfill)
    backfill.add_argument(
        "--steps", nargs="+", choices=(ALL, *STEP_NAMES), default=[ALL], metavar="STEP", help="which (all)"
    )
    _run_options(backfill)


def _steps(commands: _Commands) -> None:
    run = _command(commands, "run", "run_steps:run", "run one step, or all, for a day or over a range in one pass")
    run.add_argument("step", choices=(ALL, *STEP_NAMES), metavar="STEP", help="a step that `list` names, or all")
    run.add_argument("--day", type=_day, metavar="DAY", help="the dump day, as YYYY-MM-DD")
    run.add_argument("--rescore", action="store_true", help="gold_scores: by today's champions, not those that scored")
    _range(run)
    _run_options(run)
    _command(commands, "list", "list_steps:run", "show the pipeline: every step with what it reads and writes")
    pages = _command(commands, "pages", "pages:run", "write the generated pages of docs/generated")
    pages.add_argument("--check", action="store_true", help="only fail where they are stale")


def _readers(commands: _Commands) -> None:
    _command(commands, "docs", "docs:run", "open Data Docs: what every check said of the latest nights")
    status = _command(commands, "status", "status:run", "show every store, and what ran last, from the ledger")
    report = _command(commands, "report", "report:run", "write the pages of nights that have none, and the index")
    report.add_argument("--day", type=_day, metavar="DAY", help="only of this day, as YYYY-MM-DD")
    alert = _command(commands, "alert", "alert:run", "send what waits for a person to PUMPLOSS_ALERT_URLS, each once")
    alert.add_argument("--test", action="store_true", help="only send a message that says so, to see that it arrives")
    verify = _command(commands, "verify", "verify:run", "compare ledger, lake, segments, registry and stores")
    verify.add_argument("--repair", action="store_true", help="mend what can be: mark days stale, gather, publish")
    verify.add_argument("--quick", action="store_true", help="only what the logs say: no data is read")
    _wait(verify)
    backup = _command(commands, "backup", "backup:run", "copy lake, registry and warm store of one moment to a folder")
    backup.add_argument("folder", metavar="FOLDER", help="a new folder, best on another disk")
    _wait(backup)
    maintain = _command(
        commands,
        "maintain",
        "maintain:run",
        "say what upkeep would do: gather small files, delete dead ones, shorten logs",
    )
    maintain.add_argument("--yes", action="store_true", help="do it")
    retention = "days that a replaced version stays readable (7); pinned versions always do"
    maintain.add_argument("--retention-days", type=_at_least(0, 36_500), default=7, metavar="N", help=retention)
    _wait(maintain)
    back = _command(commands, "restore", "backup:back", "put a backup into a home that has none of its stores yet")
    back.add_argument("folder", metavar="FOLDER", help="the folder of a backup")
    rebind = _command(commands, "rebind", "rebind:run", "bind the lake and the warm store to dumps that have moved")
    rebind.add_argument("--landing", metavar="PATH", help="where the dumps are now (PUMPLOSS_LANDING, or var/landing)")
    rebind.add_argument("--yes", action="store_true", help="do not ask")
    audit = _command(commands, "audit", "audit:run", "follow a published figure back to lines, and work it out again")
    audit.add_argument("row", metavar="ROW", help="day:TRADER:DAY, loss:PERIOD:RANK, net:PERIOD:RANK or score:TRADER")
    erase = _command(commands, "erase", "erase:run", "erase a trader from lake, models and stores, for good")
    erase.add_argument("address", metavar="TRADER", help="the wallet, in base58")
    erase.add_argument("--dry-run", action="store_true", help="only show what would go, and which dumps hold him")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    _wait(erase)
    losers = _command(commands, "losers", "losers:run", "show who lost most, from the warm store")
    losers.add_argument("--period", choices=PERIODS, default="24h", help="ending at the last published day (24h)")
    kind = losers.add_mutually_exclusive_group()
    kind.add_argument("--net", action="store_true", help="by net result: gains set off, open positions counted")
    kind.add_argument("--expected", action="store_true", help="who is about to lose most, by expected loss")
    losers.add_argument("--limit", type=_at_least(1), default=20, metavar="N", help="how many (20)")
    trader = _command(commands, "trader", "trader:run", "show what is known of one trader: features, scores, reasons")
    trader.add_argument("address", metavar="ADDRESS", help="the wallet, in base58")
    methods = _command(commands, "methods", "methods:run", "compare FIFO with average cost and LIFO, side by side")
    methods.add_argument("--trader", metavar="ADDRESS", help="only this wallet, in base58")
    methods.add_argument("--until", type=_day, metavar="DAY", help="last trade date that counts (the last built one)")
    for command in (status, verify, maintain, losers, trader, methods, audit):
        command.add_argument("--json", action="store_true", help="print JSON instead of tables")


def _models(commands: _Commands) -> None:
    model = _command(commands, "model", "model:run", "list, show, report, promote or roll back the registered models")
    model.add_argument("action", choices=("list", "show", "report", "promote", "rollback"))
    model.add_argument("name", nargs="?", metavar="NAME", help="loss-prediction or risk-score")
    model.add_argument("version", nargs="?", metavar="VERSION", help="show, report, promote: which (the latest)")
    model.add_argument("--to", metavar="FILE", help="report: where to write the page (reports/ below the home)")
    model.add_argument("--json", action="store_true", help="print JSON instead of tables")


def _servers(commands: _Commands) -> None:
    serve = _command(commands, "serve", "serve:run", "keep PostgreSQL, Redis and the report up, print their addresses")
    shown = serve.add_mutually_exclusive_group()
    shown.add_argument(
        "--report-port",
        type=_at_least(0, 65_535),
        default=REPORT_PORT,
        metavar="N",
        help=f"of the report on 127.0.0.1 ({REPORT_PORT})",
    )
    shown.add_argument("--no-report", dest="report_port", action="store_const", const=None, help="without the report")
    _command(commands, "env", "env:run", 'print what a shell needs for airflow, mlflow, psql: eval "$(pumploss env)"')
    completion = _command(commands, "completion", "completion:run", "print what completes commands in a shell")
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    _command(commands, "airflow", "serve:airflow", "run Airflow's scheduler and user interface on 127.0.0.1")


def _market(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=_at_least(1), metavar="N", help="days of the simulated market (90)")
    parser.add_argument("--trades", type=_at_least(1), metavar="N", help="its trades a day (7200)")
    parser.add_argument("--seed", type=_at_least(0), metavar="N", help="its seed (1)")


def _range(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="first dump day of a range")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="last dump day of it, included")


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--if-missing", action="store_true", help="train only where no champion exists")
    accept = "bronze_trades takes days that seem incomplete or are empty: somebody has looked, and they really were so"
    parser.add_argument("--accept-completeness", action="store_true", help=accept)
    parser.add_argument("--json", action="store_true", help="print a JSON line for each step")
    _wait(parser)


def _wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait", type=_at_least(0), default=10, metavar="MINUTES", help="how long to wait for another run (10)"
    )


def _complete_range(arguments: argparse.Namespace) -> None:
    """Refuses anything but one day or a whole range."""
    day = vars(arguments).get("day")
    given = (arguments.first, arguments.last)
    if (day is None) == (given == (None, None)) or (day is None and None in given):
        has_day = "day" in arguments
        arguments.parser.error(f"give {'--day D, or ' if has_day else ''}--from A and --to B")


def _day(text: str) -> date:
    try:
        return days.parse(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _at_least(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} on")
        if highest is not None and int(text) > highest:
            raise argparse.ArgumentTypeError(f"{text!r} is more than {highest}")
        return int(text)

    return number
