"""`pumploss docs`, and what is left of a night whose dump was stopped."""

import csv
import gzip

import pytest

from jobs import commands
from jobs.running.context import open_context
from jobs.running.runner import run_step
from pumploss.checks import data_docs
from pumploss.days import shift
from pumploss.errors import CheckError
from pumploss.settings import from_environment
from simulator import Market, write_dumps
from sources.landing.folders import Landing

MARKET = Market(days=8, trades_per_day=120, seed=5)
DAYS = [shift(MARKET.first_day, n) for n in range(MARKET.days)]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Settings of a lake with seven days whose eighth dump, cut in half, was refused; and the error."""
    home = tmp_path_factory.mktemp("home")
    settings = from_environment({"PUMPLOSS_HOME": str(home)})
    write_dumps(MARKET, settings.landing)
    (file,) = Landing(settings.landing).files("canonical", DAYS[-1])
    with gzip.open(file.path, "rt", newline="") as whole:
        lines = list(csv.reader(whole))
    with gzip.open(file.path, "wt", newline="") as cut:
        csv.writer(cut, lineterminator="\n").writerows(lines[: len(lines) // 2])
    with open_context(settings) as context:
        run_step(context, "bronze_trades", DAYS[:-1])
        with pytest.raises(CheckError) as caught:
            run_step(context, "bronze_trades", DAYS[-1:])
    return settings, str(caught.value)


@pytest.fixture
def here(monkeypatch, tmp_path):
    """`here(settings)`: commands find these settings in the environment."""

    def use(settings=None):
        monkeypatch.setenv("PUMPLOSS_HOME", str(settings.home if settings else tmp_path))
        for name in ("PUMPLOSS_LAKE", "PUMPLOSS_LANDING"):
            monkeypatch.delenv(name, raising=False)

    return use


@pytest.fixture
def opened(monkeypatch):
    """Addresses that a browser was asked to open; the second time there is no browser."""
    addresses = []

    def browser(address):
        addresses.append(address)
        return len(addresses) == 1

    monkeypatch.setattr("webbrowser.open", browser)
    return addresses


def test_docs_before_anything_was_judged_says_what_to_do(here, opened, capsys):
    here()
    assert commands.main(["docs"]) == 1
    assert "Run `pumploss nightly`" in capsys.readouterr().err
    assert opened == []


def test_a_stopped_night_has_its_pages_at_once(stopped):
    settings, message = stopped
    assert f"{DAYS[-1]} canonical: rows is" in message
    assert data_docs.is_current(settings.data_docs_dir)
    (page,) = (settings.data_docs_dir / "site/validations/bronze_trades_completeness" / f"{DAYS[-1]}").rglob("*.html")
    assert f"failed on {DAYS[-1]} canonical" in page.read_text()


def test_docs_prints_and_opens_the_first_page(stopped, here, opened, capsys):
    settings, _ = stopped
    here(settings)
    page = data_docs.index(settings.data_docs_dir)
    page.unlink()
    assert commands.main(["docs"]) == 0
    assert page.exists()
    assert capsys.readouterr().out == f"{page}\n"
    assert commands.main(["docs"]) == 0
    assert "No browser was found" in capsys.readouterr().out
    assert opened == [page.as_uri()] * 2


def test_accepting_is_refused_where_no_dump_is_read(here, capsys):
    here()
    with pytest.raises(SystemExit):
        commands.main(["run", "silver_trades", "--day", "2026-01-01", "--accept-completeness"])
    assert "it goes with bronze_trades" in capsys.readouterr().err


def test_an_accepted_dump_is_taken_and_stays_accepted(stopped, here):
    settings, _ = stopped
    here(settings)
    words = ["run", "bronze_trades", "--day", str(DAYS[-1])]
    assert commands.main([*words, "--accept-completeness"]) == 0
    assert commands.main(words) == 0, "a night that runs the day again must not stop again"
