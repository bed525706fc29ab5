"""How days are grouped to be read."""

from datetime import date

import pytest

from jobs.publishing import pieces


def test_days_are_read_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SLICE_ROWS", 10)
    rows = {date(2026, 1, number): size for number, size in enumerate([4, 6, 1, 25, 3], start=1)}
    groups = [[day.day for day in group] for group in pieces.groups(reversed([*rows]), rows)]
    assert groups == [[1, 2], [3], [4], [5]]
