"""The report, Data Docs and the documents in Chromium: nobody else is asked for anything, nothing is complained of.

They are opened as files and served, on a phone and on a desk, in the light and in the dark; pictures of all go to the
test's folder. `--rewrite-pictures` takes those of the tutorial anew.
"""

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from jobs.reporting.serving import served
from jobs.reporting.site import folder_of, write
from jobs.running.context import open_context
from pumploss.days import shift, span
from pumploss.settings import ROOT, from_environment
from tests.building import nights
from tests.building.browser import LACKING, PROGRAM, SCREENS, Screen, browser, charts_of, faint, opened, width_of
from tests.building.docs_site import built_site

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason=LACKING)]

NIGHT = f"{nights.LAST}.html"
PICTURES = ROOT / "docs" / "pictures"
#: A picture that a page of the docs shows is loaded on phones too.
MOST_BYTES = 150_000

screens = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def driver():
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def home(fixed_market, tmp_path_factory):
    """A home with the report of three nights of the fixed market, and its Data Docs."""
    home = tmp_path_factory.mktemp("pages")
    shutil.copytree(fixed_market / "data_docs", home / "data_docs")
    given = {"PUMPLOSS_LAKE": str(fixed_market / "lake"), "PUMPLOSS_LANDING": str(fixed_market / "landing")}
    with open_context(from_environment({"PUMPLOSS_HOME": str(home), **given})) as context:
        assert len(write(context, span(shift(nights.LAST, -2), nights.LAST))) == 3
        assert folder_of(context.settings) == home / "report"
    return home


@pytest.fixture(scope="module")
def completeness(home):
    """The page of checks of which one failed in the night of the fixed market."""
    (page,) = (home / f"data_docs/site/validations/bronze_trades_completeness/{nights.LAST}").rglob("*.html")
    return page.relative_to(home / "data_docs/site").as_posix()


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    return built_site(tmp_path_factory)


@pytest.fixture(scope="module")
def serving():
    """`serving(folder)`: the address of a folder that is served on 127.0.0.1."""
    servers = []

    def serve(folder):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def looked_at(view, screen, address, texts, picture=None):
    """Opens a page, holds it against what every page promises, and takes its picture; answers the number of charts."""
    page, seen = view
    seen.asked.clear()
    page.goto(address)
    if page.locator("script").count():
        page.wait_for_load_state("networkidle")
    assert seen.asked[0] == address
    assert seen.elsewhere(page.evaluate("location.host")) == []
    assert seen.complaints == []
    assert width_of(page) <= screen.width + 1, "wider than the window"
    hidden = [text for text in texts if not page.get_by_text(text).locator("visible=true").count()]
    assert hidden == [], page.inner_text("body")[:2000]
    charts = charts_of(page)
    assert [chart for chart in charts if min(chart.values()) == 0] == []
    if picture is not None:
        page.screenshot(path=picture, full_page=True)
    return len(charts)


@screens
def test_the_report(driver, home, screen, tmp_path):
    went_well = f"The night of {nights.LAST} went well."
    pages = [
        ("index.html", ["Simulated market.", went_well, "Trends", NIGHT.removesuffix(".html")], 7),
        (NIGHT, ["Simulated market.", "steps ended well.", "Who lost most net", "Who is about to lose", "Gates"], 3),
    ]
    with served(home / "report", 0) as address, opened(driver, screen) as view:
        for name, texts, charts in pages:
            assert looked_at(view, screen, f"{address}{name}", texts) == charts
            picture = tmp_path / f"{name}_{screen.name}.png"
            assert looked_at(view, screen, (home / "report" / name).as_uri(), texts, picture) == charts
            assert faint(view[0]) == []


@screens
def test_data_docs(driver, home, completeness, serving, screen, tmp_path):
    site = home / "data_docs/site"
    address = serving(site)
    pages = [
        ("index.html", ["Data Docs", f"✘ {nights.LAST}", "What every table is held to"]),
        (completeness, ["trailing_change(hours)", "Failed Only", "Evaluated Expectations"]),
        ("expectations/gold_trader_mints.html", ["STOP above 0"]),
    ]
    with opened(driver, screen) as view:
        for number, (name, texts) in enumerate(pages):
            looked_at(view, screen, f"{address}{name}", texts)
            looked_at(view, screen, (site / name).as_uri(), texts, tmp_path / f"{number}_{screen.name}.png")
            assert faint(view[0]) == []


@screens
def test_the_documents(driver, docs, serving, screen, tmp_path):
    address = serving(docs)
    pages = [
        ("index.html", ["The first night"], 0),
        ("tutorials/first-night.html", ["Run a night"], 2),
        ("generated/sources.html", ["pumpfun_api"], 0),
    ]
    with opened(driver, screen) as view:
        for number, (name, texts, pictures) in enumerate(pages):
            picture = tmp_path / f"{number}_{screen.name}.png"
            assert looked_at(view, screen, f"{address}{name}", texts, picture) == pictures
        file = docs / "tutorials/first-night.html"
        assert looked_at(view, screen, file.as_uri(), ["Run a night"]) == 2


def test_checks_have_marks_and_can_be_reduced_to_those_that_failed(driver, home, completeness):
    mark = "one => getComputedStyle(one, '::before').content"
    with opened(driver, SCREENS[0]) as (page, seen):
        page.goto((home / "data_docs/site" / completeness).as_uri())
        failed, passed = page.locator("td .text-danger"), page.locator("td .text-success")
        assert (failed.first.evaluate(mark), passed.first.evaluate(mark)) == ('"✘"', '"✔"')
        above = failed.first.bounding_box(), passed.first.bounding_box()
        assert above[0]["y"] < above[1]["y"], "what failed comes first"
        page.get_by_text("Failed Only").click()
        assert failed.first.is_visible()
        assert not any(one.is_visible() for one in passed.all())
        page.get_by_text("Show All").click()
        assert all(one.is_visible() for one in passed.all())
        assert seen.complaints == []


def test_links_lead_from_the_nights_to_every_check(driver, home):
    with opened(driver, SCREENS[0]) as (page, seen):
        page.goto((home / "report/index.html").as_uri())
        page.get_by_role("link", name=str(nights.LAST)).click()
        page.get_by_role("link", name="Every check").click()
        page.get_by_role("link", name="gold_trader_day").first.click()
        page.get_by_role("link", name="Home").click()
        assert page.title() == "Data Docs"
        assert seen.complaints == []


def test_documents_that_are_opened_as_files_are_searched(driver, docs):
    with opened(driver, SCREENS[-1]) as (page, seen):
        page.goto((docs / "index.html").as_uri())
        page.get_by_role("textbox", name="Search").click()
        page.keyboard.type("lamport")
        page.wait_for_selector(".md-search-result__item")
        assert (seen.elsewhere(), seen.complaints) == ([], [])


def test_pages_that_are_bad_are_seen_to_be(driver, serving, tmp_path):
    (tmp_path / "bad.html").write_text(
        '<main style="color: #aaa; background: #fff">grey<div style="width: 1300px">wide</div>'
        '<section><svg></svg></section><img src="http://192.0.2.1/a.png"><img src="gone.png"></main>'
        "<script>console.error('said'); nothing.at.all</script>"
    )
    address = serving(tmp_path)
    with opened(driver, SCREENS[0]) as (page, seen):
        page.goto(f"{address}bad.html")
        page.wait_for_load_state("networkidle")
        assert seen.elsewhere(page.evaluate("location.host")) == ["http://192.0.2.1/a.png"]
        for complaint in ("said", "nothing is not defined", f"404: {address}gone.png", "no answer: http://192.0.2.1"):
            assert any(complaint in heard for heard in seen.complaints), (complaint, seen.complaints)
        assert width_of(page) >= 1300
        assert [text[6:] for text in faint(page)] == ["grey", "wide"]
        assert [min(chart.values()) for chart in charts_of(page)] == [0, 0, 0]


@pytest.mark.parametrize(("name", "page"), [("report", "index.html"), ("night", NIGHT)])
def test_pictures_of_the_tutorial(driver, home, request, name, page):
    picture = PICTURES / f"{name}.png"
    if request.config.getoption("--rewrite-pictures"):
        with opened(driver, Screen("picture", 1000, 720, "light")) as (shown, _):
            shown.goto((home / "report" / page).as_uri())
            assert shown.get_by_text("Simulated market.").is_visible()
            shown.screenshot(path=picture)
    assert 0 < picture.stat().st_size < MOST_BYTES
    assert f"pictures/{name}.png" in (ROOT / "docs/tutorials/first-night.md").read_text()
