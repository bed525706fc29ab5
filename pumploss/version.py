"""Which code made a result."""

import subprocess
from functools import cache

from pumploss import __version__
from pumploss.settings import ROOT


@cache
def code_version() -> str:
    """Names the version of the package, and the commit where the code lies in a git checkout."""
    asked = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    commit = asked.stdout.strip()
    return f"{__version__}+{commit}" if asked.returncode == 0 and commit else __version__
