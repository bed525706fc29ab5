"""Static pages: whole, told by their index, and written only where they changed."""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pumploss.errors import StoreError
from pumploss.export_index import torn
from pumploss.exports import CACHE_CONTROL, Folder, export, target

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = [{"rank": 1, "trader": "ann", "loss_amount": Decimal("-1.000000001"), "last_loss_time": AS_OF, "risk": None}]


def index(root: Path) -> dict[str, dict[str, object]]:
    return {page["path"]: page for page in json.loads((root / "index.json").read_text())["pages"]}


def test_every_page_is_there_twice_and_as_its_index_says(tmp_path: Path) -> None:
    assert export(target(str(tmp_path)), {"boards/24h": ROWS, "market_day": []}, AS_OF, "p1") == 4
    pages = index(tmp_path)
    assert sorted(pages) == ["boards/24h.json", "boards/24h.json.gz", "market_day.json", "market_day.json.gz"]
    for path, page in pages.items():
        content = (tmp_path / path).read_bytes()
        said = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Cache-Control": CACHE_CONTROL}
        assert page["bytes"] == len(content)
        assert said.items() <= page["headers"].items()  # type: ignore[attr-defined]
    page = json.loads((tmp_path / "boards/24h.json").read_text())
    assert page["rows"] == [
        {"rank": 1, "trader": "ann", "loss_amount": "-1.000000001", "last_loss_time": AS_OF.isoformat(), "risk": None}
    ]
    assert json.loads(gzip.decompress((tmp_path / "boards/24h.json.gz").read_bytes())) == page
    assert pages["boards/24h.json.gz"]["headers"]["Content-Encoding"] == "gzip"  # type: ignore[index]


def test_only_what_changed_is_written_and_what_is_gone_is_deleted(tmp_path: Path) -> None:
    export(Folder(tmp_path), {"a": ROWS, "b": ROWS, "c": ROWS}, AS_OF, "p1")
    before = (tmp_path / "a.json").stat().st_ino
    assert export(Folder(tmp_path), {"a": ROWS, "b": []}, AS_OF, "p2") == 2
    assert (tmp_path / "a.json").stat().st_ino == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.json", "a.json.gz", "b.json", "b.json.gz", "index.json", "index.json.gz",
    ]  # fmt: skip


def test_where_the_index_cannot_be_written_the_old_one_stays(tmp_path: Path) -> None:
    export(Folder(tmp_path), {"a": ROWS}, AS_OF, "p1")
    old = (tmp_path / "index.json").read_bytes()
    (tmp_path / "index.json.gz").unlink()
    (tmp_path / "index.json.gz").mkdir()
    with pytest.raises(StoreError, match="run publish_hot again"):
        export(Folder(tmp_path), {"a": []}, AS_OF, "p2")
    assert (tmp_path / "index.json").read_bytes() == old


def test_what_others_keep_there_stays(tmp_path: Path) -> None:
    export(Folder(tmp_path), {"a": ROWS, "b": ROWS}, AS_OF, "p1")
    theirs = [tmp_path / name for name in ("manifest.json", "site/package.json", "_delta_log/0.json", "x.jsonl.gz")]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    export(Folder(tmp_path), {"a": ROWS}, AS_OF, "p2")
    assert [path.read_text() for path in theirs] == ["{}"] * 4
    assert not (tmp_path / "b.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "my site"}', '{"version": 1, "pages": [3]}'])
def test_an_index_of_others_is_not_written_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(StoreError, match="is not theirs: nothing was written"):
        export(Folder(tmp_path), {"a": ROWS}, AS_OF, "p1")
    assert [path.name for path in tmp_path.iterdir()] == ["index.json"]
    assert (tmp_path / "index.json").read_text() == text


@pytest.mark.parametrize("text", [b"", b"[]", b"5", b"{}", b'{"version": "p1", "pag', b"\xff\0"])
def test_an_index_that_was_harmed_is_made_up_for_by_its_packed_copy(tmp_path: Path, text: bytes) -> None:
    export(Folder(tmp_path), {"a": ROWS, "b": ROWS}, AS_OF, "p1")
    (tmp_path / "index.json").write_bytes(text)
    assert torn(tmp_path) is not None
    export(Folder(tmp_path), {"a": ROWS}, AS_OF, "p2")
    assert sorted(index(tmp_path)) == ["a.json", "a.json.gz"]
    assert not (tmp_path / "b.json").exists()
    assert torn(tmp_path) is None


def test_an_index_of_others_in_place_of_ours_is_not_written_over(tmp_path: Path) -> None:
    export(Folder(tmp_path), {"a": ROWS}, AS_OF, "p1")
    (tmp_path / "index.json").write_text('{"name": "my site"}')
    with pytest.raises(StoreError, match="is not theirs: nothing was written"):
        export(Folder(tmp_path), {"a": []}, AS_OF, "p2")
    (tmp_path / "index.json.gz").write_bytes(b"no gzip")
    (tmp_path / "index.json").write_text("")
    with pytest.raises(StoreError, match=r"delete that index.json where it is theirs and was damaged"):
        export(Folder(tmp_path), {"a": []}, AS_OF, "p2")


def test_an_index_cannot_have_files_elsewhere_deleted(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    site = tmp_path / "site"
    site.mkdir()
    named = [{"path": "../mine"}, {"path": str(tmp_path / "mine")}]
    (site / "index.json").write_text(json.dumps({"version": "p0", "as_of": "", "pages": named}))
    export(Folder(site), {"a": ROWS}, AS_OF, "p1")
    assert (tmp_path / "mine").exists()
