"""Data Docs: one page per table and night, safe to open whatever traders write, and never more than are kept."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from pumploss import checks
from pumploss.checks import data_docs
from pumploss.checks.data_docs import Failed
from pumploss.contract import Check, Metric, Severity, holds

NIGHT = date(2026, 1, 5)
CHECKS = (
    Check(Metric.NULL_COUNT, "name", "a token has a name", highest=0),
    Check(Metric.MINIMUM, "size_units", "nothing is smaller than <b>nothing</b>", lowest=0),
    holds("size_units <= 7 AND price_sol <> 3", "costs $name", severity=Severity.WARN),
)
HOSTILE = "{'name': '<script>alert(1)</script>', 'symbol': '</code><img src=x onerror=alert(2)>$PARAMETER ${x}'}"


def judged(*values, name="things"):
    return checks.judged(name, CHECKS, pd.DataFrame([values], columns=["m0", "m1", "m2"]))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "docs"


@pytest.fixture
def keep(folder):
    """`keep(night, ...)`: a result of that night, by default of a sound table."""

    def result(night=NIGHT, found=None, failed=None):
        data_docs.keep(folder, found or judged(0, 0, 0), night, (night,), failed or {})

    return result


def pages(folder, kind="validations"):
    return sorted((folder / "site" / kind).rglob("*.html"))


def stored(folder):
    return sorted((path.parts[-3], path.parts[-4]) for path in (folder / "validations").rglob("*.json"))


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
    assert f'<a href="{page.relative_to(folder / "site")}">2026-01-05 things</a>' in first


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


def test_the_result_is_the_one_of_great_expectations(folder, keep):
    keep(found=judged(2, -1, 0))
    (path,) = (folder / "validations").rglob("*.json")
    found = json.loads(path.read_text())
    assert found["success"] is False
    assert found["statistics"]["unsuccessful_expectations"] == 2
    assert [one["success"] for one in found["results"]] == [False, False, True]
    assert found["results"][1]["result"]["observed_value"] == -1
    kinds = {one["expectation_config"]["type"] for one in found["results"]}
    assert kinds == {"expect_column_max_to_be_between", "expect_column_min_to_be_between"}


def test_a_night_run_again_takes_the_place_of_the_first(folder, keep):
    keep(found=judged(2, 0, 0))
    data_docs.build(folder)
    (before,) = pages(folder)
    keep()
    data_docs.build(folder)
    (after,) = pages(folder)
    assert before != after
    assert stored(folder) == [("2026-01-05", "things")]


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


def test_nothing_judged_keeps_nothing(folder, keep):
    keep(found=checks.Judged())
    assert not data_docs.has_results(folder)
