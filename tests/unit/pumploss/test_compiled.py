"""Machine code is never older than the sources that it was made from, and no process needs a place to keep it."""

import json
import os
import shutil
import subprocess
import sys

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
RUN = "from pnl.kernel import fill; print(fill(5), sum(fill.stats.cache_hits.values()), flush=True)"

#: Loads numba and all that compiling needs, and then forks a process for each piece of code: a new interpreter would
#: take seconds each. None writes bytecode: Python itself takes a file of the same size and time for the same file.
FORKING = """
import json, os, sys
import numba
sys.dont_write_bytecode = True
numba.njit(lambda number: number * 2)(1)
for line in sys.stdin:
    folder, code, environment = json.loads(line)
    if not (child := os.fork()):
        os.chdir(folder)
        os.environ.update(environment)
        numba.config.reload_config()
        exec(code)
        os._exit(0)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture(scope="module")
def forking():
    """A process that has imported numba and nothing of the project."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, "-c", FORKING]
    with subprocess.Popen(command, env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def run(forking, project):
    """What a process of its own prints that runs a piece of code in the project."""

    def run(code=RUN, **environment):
        forking.stdin.write(json.dumps([str(project), code, environment]) + "\n")
        forking.stdin.flush()
        said = [forking.stdout.readline()]
        while said[-1] and not said[-1].startswith("ended"):
            said.append(forking.stdout.readline())
        assert said.pop() == "ended 0\n", said
        return "".join(said).strip()

    return run


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


def edit(path, old, new):
    """Change a file and keep its time, as a checkout may."""
    status = path.stat()
    path.write_text(path.read_text().replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def folders(project):
    return sorted((project / "pumploss" / "__pycache__" / "kernels").iterdir())


def test_a_changed_dependency_is_compiled_anew_and_the_old_one_found_again(run, project):
    assert [run(), run()] == ["110 0", "110 1"]
    edit(project / "pnl" / "arithmetic.py", "number * 2", "number * 3")
    assert [run(), run()] == ["115 0", "115 1"]
    edit(project / "pnl" / "constants.py", "100", "200")
    assert run() == "215 0"
    assert len(folders(project)) == 3
    edit(project / "pnl" / "constants.py", "200", "100")
    edit(project / "pnl" / "arithmetic.py", "number * 3", "number * 2")
    assert run() == "110 1"
    (project / "pnl" / "elsewhere.py").write_text("ADDEND = 7\n")
    assert run() == "110 1", "what no kernel imports has no part in it"


def test_another_version_of_the_compiler_has_a_folder_of_its_own(run, project):
    run()
    assert run(f"import numba; numba.__version__ += '.1'; {RUN}") == "110 0"
    assert len(folders(project)) == 2


def test_what_is_imported_after_an_edit_is_kept_nowhere(run, project):
    """The old `twice` with the new constant: no digest names that, and the next process must not find it."""
    mixed = (
        "import pathlib; from pnl.arithmetic import twice; constants = pathlib.Path('pnl/constants.py');"
        f"constants.write_text('ADDEND = 1000'); {RUN}"
    )
    assert run(mixed) == "1010 0"
    (project / "pnl" / "constants.py").write_text("ADDEND = 100\n")
    assert run() == "110 0"


def test_where_nothing_can_be_kept_it_is_compiled_in_memory(run, project, tmp_path):
    (project / "pumploss" / "__pycache__").touch()  # no folder can be made below a file
    home = tmp_path / "home"
    home.touch()
    for _ in range(2):
        assert run(HOME=str(home), XDG_CACHE_HOME=str(home), PYTHONDONTWRITEBYTECODE="1") == "110 0"


def without_privileges(project, **environment):
    """What `RUN` prints in a process that may write only where modes let it, whoever runs the tests."""
    words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*words, sys.executable, "-c", RUN],
        cwd=project,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(os.getuid() == 0 and shutil.which("setpriv") is None, reason="root writes everywhere without it")
def test_read_only_code_with_an_unwritable_home(project, tmp_path_factory):
    """Compiled in memory; what was compiled there while it could be written is found."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o500)
    (project / "pumploss").chmod(0o500)
    assert without_privileges(project, HOME=str(home)) == "110 0"
    (project / "pumploss").chmod(0o700)
    assert without_privileges(project, HOME=str(home)) == "110 0"
    for folder in [*(project / "pumploss").rglob("*"), project / "pumploss"]:
        folder.chmod(0o500 if folder.is_dir() else 0o400)
    assert without_privileges(project, HOME=str(home)) == "110 1"


@pytest.fixture
def sent(project, tmp_path_factory):
    """Code that runs the kernel out of an archive, as workers of a cluster are sent it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def sent():
        archive = shutil.make_archive(str(elsewhere / "sent"), "zip", project)
        return f"import os, sys; os.chdir({str(elsewhere)!r}); sys.path.insert(0, {archive!r}); {RUN}"

    return sent


def test_code_in_an_archive_is_compiled_in_memory(run, sent):
    code = sent()
    assert [run(code), run(code)] == ["110 0", "110 0"]


def test_code_in_an_archive_is_kept_in_a_folder_that_is_named(run, project, sent, tmp_path_factory):
    """The machine code is that of the sources in it, wherever the archive lies."""
    named = {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("kernels"))}
    code = sent()
    assert [run(code, **named), run(code, **named)] == ["110 0", "110 1"]
    assert run(**named) == "110 1", "the same sources in a folder"
    edit(project / "pnl" / "arithmetic.py", "number * 2", "number * 3")
    assert run(sent(), **named) == "115 0"


def test_a_folder_that_goes_while_a_process_runs_is_no_error(run, project):
    gone = f"import pnl.kernel, shutil; shutil.rmtree('pumploss/__pycache__/kernels'); {RUN}"
    assert run(gone) == "110 0"


def test_the_folder_can_be_named(run, project, tmp_path):
    for hits in range(2):
        assert run(NUMBA_CACHE_DIR=str(tmp_path / "elsewhere")) == f"110 {hits}"
    assert not (project / "pumploss" / "__pycache__" / "kernels").exists()


def test_folders_that_nobody_used_for_long_are_deleted(run, project):
    run()
    (old,) = folders(project)
    recent = old.with_name("recent")
    shutil.copytree(old, recent)
    for folder, seconds in ((old, UNUSED_SECONDS + 60), (recent, UNUSED_SECONDS - 3600)):
        mark = folder / "used"
        os.utime(mark, (mark.stat().st_mtime - seconds,) * 2)
    edit(project / "pnl" / "constants.py", "100", "200")
    run()
    assert old not in folders(project)
    assert recent in folders(project)


def test_every_kernel_of_the_project_is_among_the_sources():
    packages = [path.parent for path in ROOT.glob("*/__init__.py")]
    texts = {str(path): path.read_text() for package in packages for path in package.rglob("*.py")}
    using = {path for path, text in texts.items() if "\nfrom pumploss.compiled import" in text}
    assert len(using) > 5
    assert using <= kernel_sources().stamps.keys(), f"add the package to {PACKAGES} in pumploss/kernel_sources.py"
    assert str(ROOT / "pumploss" / "money.py") in kernel_sources().stamps, "constants of kernels are machine code too"
    others = {path for path, text in texts.items() if "njit" in text} - {str(ROOT / "pumploss" / "compiled.py")}
    assert not others, "compile with pumploss.compiled"


def test_a_module_is_to_be_compiled_until_some_process_has(run, project):
    told = "from pumploss.compiled import is_to_be_compiled; import pnl.kernel; print(is_to_be_compiled('pnl.kernel'))"
    assert run(told) == "True"
    assert run() == "110 0"
    assert run(told) == "False"
