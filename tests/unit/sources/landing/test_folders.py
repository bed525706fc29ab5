"""What a landing may hold, and that whatever else lies there is named."""

from datetime import date

import fsspec
import pytest

from pumploss.errors import LandingError
from sources.landing.folders import LandedFile, Landing

DAY = date(2026, 1, 2)


@pytest.fixture
def root(tmp_path):
    """A landing with two sources, one day of them empty."""
    for path in (
        "canonical/2026-01-02/b.csv.gz",
        "canonical/2026-01-02/a.jsonl",
        "pumpfun_api/2026-01-01/a.jsonl.zst",
    ):
        target = tmp_path / "landing" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"12345")
    (tmp_path / "landing/canonical/2025-12-31").mkdir()
    return tmp_path / "landing"


def everything(root):
    """All files of a landing."""
    landing = Landing(str(root))
    return [f for source in landing.sources() for day in landing.days(source) for f in landing.files(source, day)]


def put(root, path):
    """A small file, its folders made."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(b"x")


def test_listing(root):
    landing = Landing(str(root))
    assert landing.sources() == ["canonical", "pumpfun_api"]
    assert landing.days("canonical") == [date(2025, 12, 31), DAY]
    folder = root / "canonical/2026-01-02"
    assert landing.files("canonical", DAY) == [
        LandedFile("canonical", DAY, str(folder / "a.jsonl"), "canonical/2026-01-02/a.jsonl", 5),
        LandedFile("canonical", DAY, str(folder / "b.csv.gz"), "canonical/2026-01-02/b.csv.gz", 5),
    ]
    assert landing.files("canonical", date(2025, 12, 31)) == []
    assert landing.all_days(date(2026, 1, 1), DAY) == [date(2026, 1, 1), DAY]
    assert landing.all_days(date(2025, 1, 1), date(2027, 1, 1)) == [
        date(2025, 12, 31),
        date(2026, 1, 1),
        DAY,
    ]


def test_a_listing_sees_what_landed_since(root):
    landing = Landing(str(root))
    landing.files("canonical", DAY)
    put(root, "canonical/2026-01-02/c.csv")
    assert len(landing.files("canonical", DAY)) == 3


def test_a_trailing_slash_changes_nothing(root):
    assert Landing(f"{root}/").files("canonical", DAY) == Landing(str(root)).files("canonical", DAY)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "dune/2026-01-01/a.csv",
            "dune is no source's folder; known sources: .*canonical, curve_deltas",
        ),
        (".hidden/2026-01-01/a.csv", "no source's folder"),
        ("stray.csv", "is no folder"),
        ("canonical/stray.csv", "is no folder"),
        ("canonical/2026-1-1/a.csv", "2026-1-1 is no day"),
        ("canonical/2026-02-30/a.csv", "2026-02-30 is no day"),
        ("canonical/20260101/a.csv", "20260101 is no day"),
        ("canonical/2026-01-02/deep/a.csv", "deep is no file"),
        ("canonical/2026-01-02/.a.csv", "letters, digits"),
        ("canonical/2026-01-02/a b.csv", "letters, digits"),
        ("canonical/2026-01-02/ä.csv", "letters, digits"),
        ("canonical/2026-01-02/a\n.csv", "letters, digits"),
        ("canonical/2026-01-02/a.txt", "does not end in"),
        ("canonical/2026-01-02/a.csv.bz2", "does not end in"),
        ("canonical/2026-01-02/a.parquet.gz", "does not end in"),
        ("canonical/2026-01-02/a.CSV", "does not end in"),
        ("canonical/2026-01-02/a.csv.gz.part", "does not end in"),
    ],
)
def test_what_does_not_belong_is_named(root, path, said):
    put(root, path)
    with pytest.raises(LandingError, match=said):
        everything(root)


@pytest.mark.parametrize("link", ["canonical/2026-01-02/link.csv", "canonical/2026-01-03", "curve_deltas"])
def test_links_that_lead_out_are_refused(root, tmp_path, link):
    outside = tmp_path / "outside"
    if link.endswith(".csv"):
        outside.write_bytes(b"x")
    else:
        outside.mkdir()
    (root / link).symlink_to(outside)
    with pytest.raises(LandingError, match="leads out of the landing"):
        everything(root)


def test_a_link_inside_is_fine(root):
    (root / "canonical/2026-01-02/z.jsonl").symlink_to(root / "canonical/2026-01-02/a.jsonl")
    assert len(Landing(str(root)).files("canonical", DAY)) == 3


def test_a_root_behind_a_link_is_fine(root, tmp_path):
    (tmp_path / "link").symlink_to(root)
    assert len(Landing(str(tmp_path / "link")).files("canonical", DAY)) == 2


def test_what_is_not_there_is_named(root, tmp_path):
    with pytest.raises(LandingError, match="nowhere cannot be listed"):
        Landing(str(tmp_path / "nowhere")).sources()
    with pytest.raises(LandingError, match="canonical/2020-01-01 cannot be listed"):
        Landing(str(root)).files("canonical", date(2020, 1, 1))


def test_other_storages_give_addresses_that_open_anywhere():
    storage = fsspec.filesystem("memory")
    storage.pipe_file("/test-landing/canonical/2026-01-02/a.csv", b"123")
    (file,) = Landing("memory://test-landing").files("canonical", DAY)
    storage.rm("/test-landing", recursive=True)
    assert file.path == "memory:///test-landing/canonical/2026-01-02/a.csv"
    assert (file.name, file.size) == ("canonical/2026-01-02/a.csv", 3)


@pytest.mark.parametrize(
    "path", ["stray.csv", "canonical/stray.csv", "canonical/2026-1-1/a.csv", "dune/2026-01-01/a.csv"]
)
def test_other_storages_are_named_by_the_address_that_was_given(path):
    storage = fsspec.filesystem("memory")
    storage.pipe_file(f"/test-stray/{path}", b"123")
    with pytest.raises(LandingError, match=r"^memory://test-stray/"):
        everything("memory://test-stray")
    storage.rm("/test-stray", recursive=True)
    with pytest.raises(LandingError, match=r"^memory://test-stray cannot be listed \(there is no such folder\); land"):
        everything("memory://test-stray/")
    assert Landing("memory://test-stray/").root == "memory://test-stray"


def test_what_is_not_there_is_named_once(tmp_path):
    with pytest.raises(LandingError, match=r"nowhere cannot be listed \(No such file or directory\); land the dumps"):
        Landing(str(tmp_path / "nowhere")).sources()


@pytest.mark.parametrize("target", ["gone.csv", "round.csv"])
def test_links_that_dangle_or_lead_round_are_named(root, target):
    (root / "canonical/2026-01-02/round.csv").symlink_to(root / "canonical/2026-01-02" / target)
    with pytest.raises(LandingError, match=r"round\.csv is a link to .* cannot be reached .*; land the file itself"):
        everything(root)
