"""Every small file that a night leaves, damaged in every way: it is named with a repair, or mended by a night."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs import commands
from jobs.running import gate
from jobs.running.lookups import keep_segments
from jobs.running.runner import run_step
from jobs.verifying.small_files import of_small_files
from pumploss import embedded
from pumploss.lake.owner import claim, owner
from pumploss.lake.tombstones import Tombstones
from pumploss.tables import silver_open_lots
from simulator import Market
from simulator import ownership as market_note
from tests.building import lakes, nights
from tests.building.published_days import published
from tests.building.three_days import D2, D3

pytestmark = pytest.mark.slow


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "in the way").write_text("x")


#: What may have become of a file, by name.
DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "a list": lambda path: path.write_bytes(b"[]"),
    "a number": lambda path: path.write_bytes(b"5"),
    "no keys": lambda path: path.write_bytes(b"{}"),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 3),
    "a folder": folder,
}
#: Whose files are not ours: Delta's logs (`tests/faults/test_wreckage.py`) and what servers keep of themselves.
OF_OTHERS = {"_delta_log", "warm", "hot", "mlflow", "airflow", "feast"}


def said_by(home, *words):
    with nights.environment_of(home):
        return commands.main([str(word) for word in words])


def night(home):
    """Publishes, judges and reports the last built day again."""
    code = said_by(home, "run", "publish_hot", "--day", D2)
    with lakes.opened(home) as context:
        gate.build_data_docs(context.settings.data_docs_dir, print)
    return code or said_by(home, "report", "--day", D2)


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory):
    """A home as a night leaves it, whose servers are up, with a segment, an erasure and a market's note."""
    home = lakes.copied(published(tmp_path_factory), tmp_path_factory.mktemp("damaged") / "home")
    settings = lakes.settings_of(home)
    with embedded.postgres(settings.warm_dir), embedded.redis(settings.hot_dir), lakes.opened(home) as context:
        keep_segments(context, silver_open_lots.TABLE, D3)
        run_step(context, "publish_hot", [D2])
        erased = Tombstones(context.lake, home).begin([b"somebody"])
        erased.is_done = True
        Tombstones(context.lake, home).keep(erased)
        market_note.claim(Path(settings.landing), Market(days=1))
        assert night(home) == 0
        yield home


def kind_of(path: Path) -> str:
    """What a file is, whichever day, table or segment it is of."""
    if path.parts[0] == "exports":
        return "exports/index.json" if path.name == "index.json" else "exports/page"
    return "/".join(path.parts[:2])


def kept(home: Path) -> dict[str, Path]:
    """The JSON files of a home, one of each kind."""
    found = {}
    for path in sorted(home.rglob("*.json")):
        below = path.relative_to(home)
        if not OF_OTHERS & set(below.parts) and path.is_file():
            found.setdefault(kind_of(below), path)
    return found


def test_the_files_of_a_night_are_those_that_are_known(home):
    assert set(kept(home)) == {
        *("lake/_lake.json", "lake/_erased.json", "lake/_segments", "landing.market.json", "report/figures"),
        *("exports/index.json", "exports/page", "data_docs/validations", "data_docs/expectations"),
    }


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_or_mended(home, damage, capfd):
    for kind, path in kept(home).items():
        before = path.read_bytes()
        DAMAGES[damage](path)
        capfd.readouterr()
        try:
            code = said_by(home, "verify", "--quick")
            said = "".join(capfd.readouterr())
            if code == 0:
                code = night(home)
                said = "".join(capfd.readouterr())
            assert "fault of Pump Loss" not in said, f"{kind}: {said}"
            assert "Traceback" not in said, f"{kind}: {said}"
            is_named = code == 1 and (str(path) in said or path.parent.name in said)
            is_mended = code == 0 and path.is_file() and bool(json.loads(path.read_bytes()))
            assert is_named or is_mended, f"{kind}: {said}"
        finally:
            if path.is_dir():
                shutil.rmtree(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(before)
    assert said_by(home, "verify", "--quick") == 0, capfd.readouterr()


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name != "a folder"])
def test_what_verify_repairs_is_whole_again(home, damage):
    for path in kept(home).values():
        if path.name in ("_erased.json", "landing.market.json") or path.is_relative_to(home / "data_docs"):
            continue
        before = path.read_bytes()
        DAMAGES[damage](path)
        with lakes.opened(home) as context:
            for finding in of_small_files(context):
                assert finding.mend is not None, finding
                finding.mend()
            assert list(of_small_files(context)) == []
        path.write_bytes(before)


@pytest.mark.parametrize("landing", ["/dumps/real", "../other"])
def test_a_note_of_another_landing_is_named_and_written_again(home, landing, capsys):
    note = home / "lake" / "_lake.json"
    before = note.read_bytes()
    note.write_text(json.dumps({"landing": landing}))
    try:
        assert said_by(home, "verify", "--quick") == 1
        assert f"the ledger was built from {home / 'landing'}" in capsys.readouterr().out
        assert said_by(home, "verify", "--quick", "--repair") == 0
        with lakes.opened(home) as context:
            assert owner(context.lake) == str(home / "landing")
            claim(context.lake, context.settings.landing)
    finally:
        note.write_bytes(before)
