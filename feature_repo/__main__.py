"""Runs Feast's own command line with the project's stores: `python -m feature_repo feature-views list`."""

import json
import os
import subprocess
import sys

from feature_repo.store import configuration, feature_store, online_redis
from pumploss import program
from pumploss.settings import ROOT, as_environment, from_environment
from pumploss.whole_files import write_whole

#: Feast's command line, loaded as this package loads Feast.
_FEAST = """
from pumploss import program
program.begin()
import feature_repo
from feast.cli.cli import cli
try:
    cli(prog_name="feast")
except SystemExit as ending:
    program.end_as(ending)
"""


def main(arguments: list[str]) -> int:
    """Run `feast` in feature_repo with these arguments, and today's definitions; answers its exit code."""
    settings = from_environment()
    with online_redis(settings) as url:
        feature_store(settings, url)
        given = settings.feast_registry.with_name("feature_store.yaml")
        # Without the address of Redis, which may hold a password: the store takes it from the settings.
        told = configuration(settings, url)
        del told["online_store"]["url"]
        write_whole(given, json.dumps(told))  # every JSON text is a YAML one
        folder = str(ROOT / "feature_repo")
        command = [sys.executable, "-c", _FEAST, "--chdir", folder, "--feature-store-yaml", str(given)]
        environment = {**os.environ, **as_environment(settings), "PYTHONPATH": str(ROOT)}
        return subprocess.run([*command, *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    program.begin()
    program.end(main(sys.argv[1:]))
