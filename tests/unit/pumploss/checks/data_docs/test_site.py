"""The pages of what was kept."""

import html
from datetime import timedelta

import pandas as pd

from pumploss import checks
from pumploss.checks import data_docs
from pumploss.checks.data_docs import Failed
from tests.building.judged import CHECKS, NIGHT, judged, pages, stored

HOSTILE = "{'name': '<script>alert(1)</script>', 'symbol': '</code><img src=x onerror=alert(2)>$PARAMETER ${x}'}"


def test_a_page_says_what_was_judged_and_why(folder, keep):
    assert not data_docs.has_results(folder)
    keep(found=judged(2, 5, 1), failed={CHECKS[0].name: Failed([NIGHT], ["{'name': None}"])})
    assert data_docs.has_results(folder)
    assert not data_docs.is_current(folder)
    assert data_docs.build(folder) == data_docs.index(folder)
    assert data_docs.is_current(folder)
    (page,) = pages(folder)
    text = page.read_text()
    assert "STOP above 0: a token has a name<br>failed on 2026-01-05<br>" in text
    assert "WARN above 0: costs &#36;name" in text
    assert "{&#x27;name&#x27;: None}" in text
    first = data_docs.index(folder).read_text()
    failed = f"{CHECKS[0].name}, {CHECKS[2].name}"
    link = f'<a href="{page.relative_to(folder / "site")}">things</a>'
    assert '<span class="text-danger">✘ 2026-01-05</span>' in first
    assert "3 checks of 1 tables: 2 failed." in first
    assert f"{link} 2 of 3 failed: {failed}" in html.unescape(first)


def test_what_strangers_wrote_is_text_and_nothing_else(folder, keep):
    keep(found=judged(2, 5, 1), failed={check.name: Failed([NIGHT], [HOSTILE]) for check in CHECKS})
    data_docs.build(folder)
    everything = [
        path.read_text() for path in (*pages(folder), *pages(folder, "expectations"), data_docs.index(folder))
    ]
    for text in everything:
        for markup in ("<script>alert", "<img src=x", "</code><img", "<b>nothing", "${x}"):
            assert markup not in text
    assert everything[0].count("&lt;script&gt;alert(1)&lt;/script&gt;") == len(CHECKS)
    assert "&lt;b&gt;nothing" in everything[0]


def test_only_the_nights_judged_last_are_kept(folder, keep, monkeypatch):
    monkeypatch.setattr("pumploss.checks.data_docs.site.NIGHTS", 3)
    nights = [NIGHT + timedelta(days) for days in range(5)]
    for night in reversed(nights):
        keep(night)
    keep(NIGHT, judged(0, 0, 0, name="others"))
    data_docs.build(folder)
    kept = [("2026-01-05", "others"), ("2026-01-05", "things"), ("2026-01-06", "things"), ("2026-01-07", "things")]
    assert stored(folder) == kept
    assert [(page.parts[-3], page.parts[-4]) for page in pages(folder)] == sorted(
        kept, key=lambda one: (one[1], one[0])
    )


def test_pages_are_made_once(folder, keep):
    keep()
    data_docs.build(folder)
    times = {page: page.stat().st_mtime_ns for page in (*pages(folder), *pages(folder, "expectations"))}
    keep(NIGHT + timedelta(1))
    data_docs.build(folder)
    assert {page: page.stat().st_mtime_ns for page in times} == times
    assert len(pages(folder)) == 2


def test_a_suite_that_changed_has_a_new_page(folder, keep):
    keep()
    data_docs.build(folder)
    (page,) = pages(folder, "expectations")
    assert "costs &#36;name" in page.read_text()
    other = checks.judged("things", CHECKS[:2], pd.DataFrame([[0, 0]], columns=["m0", "m1"]))
    keep(found=other)
    data_docs.build(folder)
    assert "costs &#36;name" not in page.read_text()
