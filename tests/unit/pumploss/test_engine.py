import ast
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from pumploss.engine import SHIPPED_PACKAGES, SPARK_SETTINGS, cores, jars, session
from pumploss.errors import SettingsError
from pumploss.settings import ROOT

#: Methods that hand a function of ours to the engine's workers.
HANDING = {"applyInArrow", "mapInArrow", "mapInPandas", "applyInPandas"}


def handing_modules():
    """Modules whose functions run on workers, by name."""
    for package in SHIPPED_PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            called = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
            if called & HANDING:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_a_cluster_gets_every_package_that_its_workers_import(tmp_path):
    for package in SHIPPED_PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    modules = list(handing_modules())
    assert len(modules) > 5
    # Isolated: neither this folder nor the installed project is in reach, as on a worker.
    code = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' in p or 'lib/python' in p]; "
        f"sys.meta_path = [f for f in sys.meta_path if 'editable' not in str(f).lower()]; "
        f"sys.path.insert(0, {str(tmp_path)!r}); import {', '.join(modules)}; import pumploss; print(pumploss.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))


@pytest.mark.slow
def test_who_used_the_embedded_engine_ends_without_a_word(tmp_path):
    code = (
        "import sys; from pumploss import engine; from pumploss.settings import from_environment; "
        "print(engine.session(from_environment({'PUMPLOSS_HOME': sys.argv[1]})).range(3).count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


@pytest.mark.parametrize("remote", ["localhost:15002", "local[0]", "local[*", "localcluster", "http://127.0.0.1:1"])
def test_what_only_looks_like_spark_on_this_machine_is_refused(settings, remote):
    with pytest.raises(SettingsError, match="unset it, or give local"):
        session(replace(settings, spark_remote=remote))


@pytest.mark.parametrize(
    ("remote", "count"),
    [("local", 1), ("local[1]", 1), ("local[16]", 16), ("local[16, 3]", 16), ("local[*]", os.cpu_count()),
     ("local[*,2]", os.cpu_count())],
)  # fmt: skip
def test_spark_on_this_machine_has_the_cores_that_its_address_asks_for(remote, count):
    assert cores(remote) == count


def test_the_page_about_servers_names_what_a_cluster_fetches():
    page = (ROOT / "docs/servers.md").read_text()
    for name, value in {**jars(is_on_s3=True), "spark.hadoop.fs.s3.impl": None}.items():
        wanted = value or SPARK_SETTINGS[name]
        assert any(line.split() == [name, wanted] for line in page.splitlines()), name
