"""The page of a version."""

import re
from html.parser import HTMLParser

import pytest

from models.artifacts import files
from models.report.page import page
from models.report.parts import Table

TAGS = {"data_gold_labels": "version 3", "label_version": "2", "range_test": "2026-03-19..2026-03-25", "gate": "passed"}
#: Larger than any report: it is sent by mail and opened on phones.
MOST_BYTES = 1_500_000


class Reader(HTMLParser):
    """Collects what a page refers to, its headings and captions, and whether every element is closed."""

    def __init__(self):
        super().__init__()
        self.addresses, self.captions, self.headings, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "srcset", "data"):
                self.addresses.append(value)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.remove(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag, found in (("caption", self.captions), ("h2", self.headings)):
            if self.open and self.open[-1] == tag:
                found.append(data)


def read(text):
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def evidence(risk):
    return risk.evaluation.evidence()


@pytest.fixture(scope="module")
def text(evidence):
    return page("risk-score", "What it is for.", evidence, {**TAGS, "market": "simulated"})


def test_it_opens_offline_and_is_light(text):
    assert all(address.startswith("#") for address in read(text).addresses), "an address would be fetched"
    assert not re.search(r"@import|url\((?!#)|<script|<link|<iframe|<img", text)
    assert len(text.encode()) < MOST_BYTES


def test_every_part_of_the_evidence_is_there(text):
    assert read(text).headings == [
        "Do predicted rates come true?",
        "Who holds the losses?",
        "What the bands mean",
        "Where it is off",
        "Which inputs weigh most",
        "What had moved by the locked days",
        "How they move the risk",
        "From week to week",
        "Beside simple rankings",
        "What it was made from",
    ]


def test_every_table_says_where_the_market_was_simulated(text, evidence):
    captions = ["".join(part) for part in re.findall(r"<caption>(.*?)</caption>", text, re.DOTALL)]
    assert len(captions) == 10
    assert all("simulated market" in caption for caption in captions)
    assert "simulated" not in page("risk-score", "What it is for.", evidence, {**TAGS, "market": "landed"})


def test_it_is_for_light_and_dark_and_narrow_screens(text):
    assert "prefers-color-scheme: dark" in text
    assert "width=device-width" in text
    drawn = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawn) >= 6
    for svg in drawn:
        assert "viewBox" in svg
        assert not re.search(r"#0[1-6]0[1-6]0[1-6]|<style|<metadata", svg), "a colour is not the page's"


def test_texts_are_escaped(evidence):
    hostile = page("<script>alert(1)</script>", "a & b", evidence, {**TAGS, "gate": "<img src=x>"})
    assert "<script>alert" not in hostile
    assert "<img src=x>" not in hostile
    assert "&lt;img src=x&gt;" in hostile


def test_equal_evidence_gives_equal_pages(evidence):
    assert page("a", "b", evidence, TAGS) == page("a", "b", evidence, TAGS)


def test_evidence_of_before_gives_what_it_has(evidence):
    older = {name: evidence[name] for name in ("model", "baselines", "comparisons")}
    assert read(page("a", "b", older, TAGS)).headings == ["Beside simple rankings", "What it was made from"]


def test_folds_and_nights_are_shown_where_there_are_some(evidence):
    folds = [
        {"test": f"2026-02-{day:02d}..x", "rows": 900, "auc_exposed": 0.7, "skill": None, "captured": 0.5}
        for day in (1, 8, 15)
    ]
    nights = [
        {"day": f"2026-03-{day:02d}", "auc_exposed": None, "brier_skill": 0.2, "score_psi": 0.01} for day in (1, 2)
    ]
    found = read(page("a", "b", {**evidence, "folds": folds}, TAGS, nights)).headings
    assert {"From week to week", "Since it serves"} <= set(found)


def test_words_begin_at_the_left_and_figures_end_at_the_right():
    rows = [["a", "-1,234.5", "12.0 %", "ok", "1.0 % to 2.0 %", ""], ["b", "n/a", "0.1 %", "1 of 2", "n/a", "+3"]]
    table = Table("", ("", "", "", "", "", ""), rows)
    assert [table.has_words(column) for column in range(6)] == [True, False, False, True, False, False]


def test_it_is_registered_with_the_version(risk, evidence):
    content = files(risk, TAGS)["artifacts/model/report.html"]
    assert content == page("risk-score", risk.spec.purpose, evidence, TAGS)
