"""As which user PostgreSQL runs."""

import os
from pathlib import Path

import pytest

from pumploss.embedded import postgres_user
from pumploss.errors import StoreError


def test_root_that_can_become_nobody_else_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres_user, "_works", lambda *_: False)
    with pytest.raises(StoreError, match=r"(?s)ordinary user.*PUMPLOSS_WARM_DSN"):
        postgres_user.command_prefix(tmp_path, tmp_path / "data", Path("/bin/true"))


def test_an_ordinary_user_runs_it_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert postgres_user.command_prefix(tmp_path, tmp_path / "data", Path("/bin/true")) == []
