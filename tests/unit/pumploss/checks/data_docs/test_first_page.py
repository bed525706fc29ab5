"""The first page: every night's verdict, the latest first, and in each what failed first."""

import re
from datetime import timedelta

from pumploss.checks import data_docs
from tests.building.judged import CHECKS, NIGHT, judged, stored


def first_page(folder):
    """Nights with their marks, and names of tables with theirs, in the order of the page."""
    text = data_docs.build(folder).read_text()
    nights = re.findall(r'<summary><span class="text-(\w+)">(.) ([-\d]+)</span>', text)
    return text, nights, re.findall(r'<span class="text-(\w+)">(.)</span> <a href="[^"]+">(\w+)</a>', text)


def test_nights_are_told_by_what_failed_the_latest_first(folder, keep):
    keep(found=judged(0, 0, 0, name="sound"))
    keep(NIGHT + timedelta(1), judged(0, 0, 0, name="aaa"))
    keep(NIGHT + timedelta(1), judged(2, 0, 0, name="things"))
    text, nights, tables = first_page(folder)
    assert nights == [("danger", "✘", "2026-01-06"), ("success", "✔", "2026-01-05")]
    assert tables == [("danger", "✘", "things"), ("success", "✔", "aaa"), ("success", "✔", "sound")]
    assert f"1 of 3 failed: {CHECKS[0].name}" in text
    assert "6 checks of 2 tables: 1 failed." in text
    assert "3 checks of 1 tables: all passed." in text


def test_every_address_leads_to_a_page_below_the_folder(folder, keep):
    keep()
    text, _, _ = first_page(folder)
    addresses = re.findall(r'<a href="([^"]+)"', text)
    assert len(addresses) == 2
    assert all((folder / "site" / address).is_file() for address in addresses)


def test_a_result_that_is_torn_after_its_page_was_made_is_named(folder, keep):
    keep()
    data_docs.build(folder)
    (path,) = (folder / "validations").rglob("*.json")
    path.write_text("{")
    keep(NIGHT + timedelta(1), judged(0, 0, 0, name="others"))
    text, _, tables = first_page(folder)
    assert ("warning", "⚠", "things") in tables
    assert "cannot be read" in text


def test_a_result_of_something_infinite_is_read(folder, keep):
    keep(found=judged(float("inf"), 0, 0))
    (path,) = (folder / "validations").rglob("*.json")
    assert "Infinity" in path.read_text()
    assert data_docs.judgement(path) == data_docs.Judgement(3, (CHECKS[0].name,))
    assert stored(folder) == [("2026-01-05", "things")]
    assert data_docs.judgement(folder / "nothing.json") is None
