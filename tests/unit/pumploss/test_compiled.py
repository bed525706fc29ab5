"""Machine code is never older than the sources that it was made from, and no process needs a place to keep it."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pumploss.compiled import UNUSED_SECONDS
from pumploss.kernel_sources import PACKAGES, kernel_sources
from pumploss.settings import ROOT

KERNEL = """
from pnl.arithmetic import twice
from pnl.constants import *
from pumploss.compiled import compiled

@compiled
def fill(number: int) -> int:
    return twice(number) + ADDEND
"""
ARITHMETIC = """
from pumploss.compiled import compiled

@compiled
def twice(number: int) -> int:
    return number * 2
"""
#: Says what the kernel gives, and how often its machine code was read from disk.
RUN = "from pnl.kernel import fill; print(fill(5), sum(fill.stats.cache_hits.values()))"


@pytest.fixture
def project(tmp_path):
    """A project of one kernel, what it calls and a constant; the compiler is ours."""
    for package in ("pnl", "pumploss"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for name in ("compiled", "kernel_sources"):
        shutil.copy(ROOT / "pumploss" / f"{name}.py", tmp_path / "pumploss")
    for name, text in {"kernel": KERNEL, "arithmetic": ARITHMETIC, "constants": "ADDEND = 100\n"}.items():
        (tmp_path / "pnl" / f"{name}.py").write_text(text)
    return tmp_path


def run(project, code=RUN, **environment):
    """What a process of its own prints."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env={**given, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def edit(path, old, new):
    """Change a file and keep its time, as a checkout may."""
    status = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def folders(project):
    return sorted((project / "pumploss" / "__pycache__" / "kernels").iterdir())


def test_a_changed_dependency_is_compiled_anew_and_the_old_one_found_again(project):
    assert [run(project), run(project)] == ["110 0", "110 1"]
    edit(project / "pnl" / "arithmetic.py", "number * 2", "number * 3")
    assert [run(project), run(project)] == ["115 0", "115 1"]
    edit(project / "pnl" / "constants.py", "100", "200")
    assert run(project) == "215 0"
    assert len(folders(project)) == 3
    edit(project / "pnl" / "constants.py", "200", "100")
    edit(project / "pnl" / "arithmetic.py", "number * 3", "number * 2")
    assert run(project) == "110 1"
    (project / "pnl" / "elsewhere.py").write_text("ADDEND = 7\n")
    assert run(project) == "110 1", "what no kernel imports has no part in it"


def test_another_version_of_the_compiler_has_a_folder_of_its_own(project):
    run(project)
    assert run(project, f"import numba; numba.__version__ += '.1'; {RUN}") == "110 0"
    assert len(folders(project)) == 2


def test_what_is_imported_after_an_edit_is_kept_nowhere(project):
    """The old `twice` with the new constant: no digest names that, and the next process must not find it."""
    mixed = (
        "import pathlib; from pnl.arithmetic import twice; constants = pathlib.Path('pnl/constants.py');"
        f"constants.write_text('ADDEND = 1000'); {RUN}"
    )
    assert run(project, mixed) == "1010 0"
    (project / "pnl" / "constants.py").write_text("ADDEND = 100\n")
    assert run(project) == "110 0"


def test_where_nothing_can_be_kept_it_is_compiled_in_memory(project, tmp_path):
    (project / "pumploss" / "__pycache__").touch()  # no folder can be made below a file
    home = tmp_path / "home"
    home.touch()
    for _ in range(2):
        assert run(project, HOME=str(home), XDG_CACHE_HOME=str(home), PYTHONDONTWRITEBYTECODE="1") == "110 0"


def test_a_folder_that_goes_while_a_process_runs_is_no_error(project):
    gone = f"import pnl.kernel, shutil; shutil.rmtree('pumploss/__pycache__/kernels'); {RUN}"
    assert run(project, gone) == "110 0"


def test_the_folder_can_be_named(project, tmp_path):
    for hits in range(2):
        assert run(project, NUMBA_CACHE_DIR=str(tmp_path / "elsewhere")) == f"110 {hits}"
    assert not (project / "pumploss" / "__pycache__" / "kernels").exists()


def test_folders_that_nobody_used_for_long_are_deleted(project):
    run(project)
    (old,) = folders(project)
    recent = old.with_name("recent")
    shutil.copytree(old, recent)
    for folder, seconds in ((old, UNUSED_SECONDS + 60), (recent, UNUSED_SECONDS - 3600)):
        mark = folder / "used"
        os.utime(mark, (mark.stat().st_mtime - seconds,) * 2)
    edit(project / "pnl" / "constants.py", "100", "200")
    run(project)
    assert old not in folders(project)
    assert recent in folders(project)


def test_every_kernel_of_the_project_is_among_the_sources():
    modules = [path for path in ROOT.glob("*/**/*.py") if path.relative_to(ROOT).parts[0] not in (".venv", "tests")]
    using = {str(path) for path in modules if imports_compiled(path)}
    assert len(using) > 5
    assert using <= kernel_sources().stamps.keys(), f"add the package to {PACKAGES} in pumploss/kernel_sources.py"
    others = {str(path) for path in modules if "numba" in path.read_text() and path.stem != "compiled"}
    assert not {path for path in others if "njit" in Path(path).read_text()}, "compile with pumploss.compiled"


def imports_compiled(path):
    """Whether a module imports the compiler, by its syntax tree."""
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "pumploss.compiled"
        for node in ast.walk(ast.parse(path.read_text()))
    )
