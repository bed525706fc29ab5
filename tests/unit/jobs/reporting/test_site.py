"""The report of three built days: what it says is what the tables hold, and it opens offline."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from jobs import commands
from jobs.reporting import figures
from jobs.reporting.gates import gates
from jobs.reporting.site import folder_of, outdated, page_of, write, write_quietly
from jobs.running.runner import run_step, run_steps
from jobs.running.standing import table_of
from pumploss.errors import StoreError
from tests.building import built_days, lakes, nights
from tests.building.said_rows import said
from tests.building.shared import shared
from tests.building.three_days import D1, D2, D3, DAYS

#: Larger than any page: it is opened on phones.
MOST_BYTES = 1_000_000
SOL = 1e9


class Reader(HTMLParser):
    """Collects what a page refers to and its headings, and whether every element is closed."""

    def __init__(self):
        super().__init__()
        self.addresses, self.headings, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "srcset")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.remove(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def read(path):
    reader = Reader()
    reader.feed(path.read_text())
    assert reader.open == []
    return reader


@pytest.fixture
def built(request, spark, tmp_path, tmp_path_factory):
    """A context on a copy of a lake of three built days, with their report where the test asks for it."""
    home = built_days.built(tmp_path_factory)[0]

    def reported(folder):
        with lakes.opened(lakes.copied(home, folder / "home")) as context:
            write(context, DAYS)

    if "report" in request.fixturenames:
        home = shared(tmp_path_factory, "reported_days", reported) / "home"
    with lakes.opened(lakes.copied(home, tmp_path / "home")) as context:
        yield context


@pytest.fixture
def report(built):
    return folder_of(built.settings)


def whole(context, name, day):
    return pl.read_delta(context.lake.path(table_of(name))).filter(pl.col(table_of(name).day) == day)


def test_every_page_opens_offline_and_leads_to_the_others(built, report):
    names = {page_of(report, day).name for day in DAYS}
    for path in (*(page_of(report, day) for day in DAYS), report / "index.html"):
        found = read(path)
        outside = [address for address in found.addresses if not address.startswith("#")]
        assert all(not re.match(r"\w+:|//", address) for address in outside), outside
        assert all((report / address).exists() for address in outside), outside
        assert not re.search(r"@import|url\(\s*['\"]?http|<script", path.read_text())
        assert path.stat().st_size < MOST_BYTES
        assert 'name="viewport"' in path.read_text()
        assert "prefers-color-scheme: dark" in path.read_text()
    assert names <= set(read(report / "index.html").addresses)
    assert {"Who lost most net", "When it was lost", "How the night went", "Gates"} <= set(
        read(page_of(report, D3)).headings  # of a range, Data Docs have one night: its last day
    )


def test_a_simulated_market_is_called_so_on_every_page(built, report):
    notice = "Simulated market."
    assert all(notice not in path.read_text() for path in report.glob("*.html"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.reporting.site.is_simulated", lambda _: True)
        for path in report.glob("*.html"):
            path.unlink()
        write(built, DAYS)
    assert all(notice in path.read_text() for path in report.glob("*.html"))


def test_what_a_page_says_is_what_the_tables_hold(built, report):
    kept = json.loads((report / "figures" / f"{D2}.json").read_text())
    trades, sells = whole(built, "silver_trades", D2), whole(built, "silver_trade_pnl", D2)
    lost = -sells.filter(pl.col("pnl_lamports") < 0)["pnl_lamports"].sum() / SOL
    assert kept["trades"] == trades.height
    assert kept["volume_sol"] == pytest.approx(trades["sol_lamports"].sum() / SOL)
    assert kept["lost_sol"] == pytest.approx(lost)
    assert sum(figures.loss_by_hour(built, D2)) == pytest.approx(lost)
    assert kept["refused"] == whole(built, "quarantine_trades", D2).height == sum(figures.refused(built, D2).values())
    of_day = whole(built, "gold_trader_day", D2).sort("equity_change_lamports", "trader_address")
    worst = of_day.filter(pl.col("equity_change_lamports") < 0).head(figures.SHOWN)["trader_address"].to_list()
    assert [row["trader_address"] for row in figures.traders(built, D2)["net"]] == worst
    text = page_of(report, D2).read_text()
    assert all(address in text for address in worst)


def test_a_page_rests_on_its_day_alone(built, report):
    before = page_of(report, D2).read_bytes()
    page_of(report, D2).unlink()
    for name in ("gold_trader_day", "gold_token_day", "gold_market_day", "silver_trade_pnl"):
        for day in (D1, D3):
            for file in built.lake.files(table_of(name), [day]):
                Path(file.path).unlink()
    write(built, [D2])
    assert page_of(report, D2).read_bytes() == before


def test_old_pages_stay_as_they_are_and_a_day_built_again_gets_a_new_one(built, report):
    times = {path: path.stat().st_mtime_ns for path in report.glob("*.html")}
    assert write(built, DAYS) == []
    assert {path: path.stat().st_mtime_ns for path in report.glob("*.html")} == times
    run_steps(built, ["gold_market_day"], [D2])
    assert outdated(built, DAYS) == [], "built again with the same rows"
    built_days.correct(built, D2)
    run_steps(built, ["bronze_trades"], [D2])
    assert D2 in outdated(built, DAYS)
    assert D1 not in outdated(built, DAYS)
    write(built, [D2])
    assert page_of(report, D2).stat().st_mtime_ns != times[page_of(report, D2)]
    assert page_of(report, D1).stat().st_mtime_ns == times[page_of(report, D1)]


def test_steps_share_the_seconds_of_a_pass_and_a_failure_is_shown(built):
    said(built, "gold_labels", "ok", D1, D2, seconds=10.0, run_id="both")
    said(built, "gold_labels", "failed", D3, seconds=4.0, run_id="one", error="disk <full>")
    (row,) = [step for step in figures.steps(built, D3) if step["step"] == "gold_labels"]
    assert (row["seconds"], row["usual"], row["status"]) == (4.0, 5.0, "failed")
    write(built, [D3])
    assert "disk &lt;full&gt;" in page_of(folder_of(built.settings), D3).read_text()


def failing(*_, **__):
    raise StoreError("nobody <answers>")


def test_a_night_that_failed_has_a_page_above_the_figures_of_before(built, report, monkeypatch):
    whole_page = page_of(report, D3).read_text()
    assert "This night failed." not in whole_page
    with monkeypatch.context() as patch:
        patch.setattr("jobs.running.runner.run_pass", failing)
        with pytest.raises(StoreError, match="nobody <answers>"):
            run_step(built, "gold_market_day", [D3])
    text = page_of(report, D3).read_text()
    read(page_of(report, D3))
    assert text.index("This night failed.") < text.index("gold_market_day: nobody &lt;answers&gt;") < text.index("<h2>")
    assert "as the build before left it" in text
    losers = [row["trader_address"] for row in figures.traders(built, D3)["net"]]
    assert losers
    assert all(address in text for address in losers)
    assert "gold_market_day" in (report / "index.html").read_text()
    run_step(built, "gold_market_day", [D3])
    assert write(built, DAYS) == [page_of(report, D3)]
    assert "This night failed." not in page_of(report, D3).read_text()


def test_the_verdict_stands_at_the_top(built, report, monkeypatch):
    text, first = page_of(report, D3).read_text(), (report / "index.html").read_text()
    checks = sum(gate.checks for gate in gates(built.settings.data_docs_dir, D3))
    assert text.index("steps ended well.</b>") < text.index(f"{checks:,} checks of ") < text.index("<h2>")
    assert f'<b class="passed">✔ The night of {D3} went well.</b>' in first
    assert first.count('<td class="words passed">✔</td>') == len(DAYS)
    with monkeypatch.context() as patch:
        patch.setattr("jobs.running.runner.run_pass", failing)
        with pytest.raises(StoreError):
            run_step(built, "gold_market_day", [D3])
    text, first = page_of(report, D3).read_text(), (report / "index.html").read_text()
    assert re.search(r'<b class="failed">✘ 1 of \d+ steps failed.</b>', text)
    assert f'<b class="failed">✘ The night of {D3} failed.</b> What failed: gold_market_day.' in first
    assert '<td class="words failed">✘ gold_market_day</td>' in first


def test_trends_begin_with_the_second_night(built):
    write(built, [D1])
    first = folder_of(built.settings) / "index.html"
    assert "They begin with the second night" in first.read_text()
    assert "<svg" not in first.read_text()
    write(built, [D2])
    assert "The last 2 nights" in first.read_text()
    assert first.read_text().count("<svg") == 7


def test_a_night_that_was_never_built_has_a_page_that_says_so(built, report):
    never = D3 + timedelta(days=1)
    said(built, "bronze_trades", "failed", never, error="drift")
    assert write(built, [never]) == [page_of(report, never)]
    text = page_of(report, never).read_text()
    assert text.index("This night failed.") < text.index("bronze_trades: drift") < text.index("it was never built")


def test_a_page_that_cannot_be_made_hides_no_error(built, monkeypatch):
    folder_of(built.settings).write_text("no folder")
    monkeypatch.setattr("jobs.running.runner.run_pass", failing)
    with pytest.raises(StoreError, match="nobody <answers>"):
        run_step(built, "gold_market_day", [D3])


def test_figures_that_are_torn_are_made_anew_with_their_page(built, report):
    (report / "figures" / f"{D1}.json").write_text("{")
    assert outdated(built, DAYS) == [D1]
    assert write(built, DAYS) == [page_of(report, D1)]


def test_trouble_with_a_page_is_only_said(built):
    folder_of(built.settings).write_text("no folder")
    spoken = []
    built.say = spoken.append
    write_quietly(built, D2)
    assert spoken[0].startswith(f"The report has no page of {D2}: ")
    assert f"`pumploss report --day {D2}` tries again" in spoken[0]


def test_the_command_writes_what_is_lacking(built, capsys):
    with nights.environment_of(built.settings.home):
        assert commands.main(["report", "--day", D2.isoformat()]) == 0
        assert capsys.readouterr().out.startswith("1 pages were written. The report begins at ")
        assert commands.main(["report"]) == 0
        assert capsys.readouterr().out.startswith("2 pages were written.")
        assert commands.main(["report", "--day", "2027-01-01"]) == 1
