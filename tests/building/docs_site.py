"""The documentation site as `make docs` builds it, made once for the whole run."""

import subprocess
import sys
from pathlib import Path

import pytest

from pumploss.settings import ROOT
from tests.building.shared import shared


def built_site(factory: pytest.TempPathFactory) -> Path:
    """Answers the folder of the site; a link in it that leads nowhere is an error."""

    def build(folder: Path) -> None:
        made = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder / "site"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr[-4000:]

    return shared(factory, "docs_site", build) / "site"
