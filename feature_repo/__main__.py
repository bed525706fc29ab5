"""Runs Feast's own command line with the project's stores: `python -m feature_repo feature-views list`."""

import os
import subprocess
import sys

from feature_repo.store import connection_string, online_redis
from pumploss.settings import ROOT, as_environment, from_environment


def main(arguments: list[str]) -> int:
    """Run `feast` in feature_repo with these arguments; answers its exit code."""
    settings = from_environment()
    settings.feast_registry.parent.mkdir(parents=True, exist_ok=True)
    with online_redis(settings) as url:
        environment = {
            **os.environ,
            **as_environment(settings),
            "PUMPLOSS_FEAST_REDIS": connection_string(url),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "feast.cli.cli", "--chdir", str(ROOT / "feature_repo"), *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
