"""Texts of a home lose the address, packed ones too; backups below it are left as they are."""

import gzip

from jobs.erasing.forms import ERASED, Trader
from jobs.erasing.leftovers import backups_in, scrub_texts, texts_naming
from tests.building.addresses import address

ANN = Trader(address("ann"))
TEXT = f'{{"traders": ["{ANN.address}", "{address("bob")}"], "hex": "{ANN.names[1].hex().upper()}"}}'
TAKEN = f'{{"traders": ["{ERASED}", "{address("bob")}"], "hex": "{ERASED}"}}'


def test_texts_are_scrubbed_plain_and_packed_and_what_is_no_text_is_named(tmp_path):
    plain, packed, binary = tmp_path / "page.html", tmp_path / "old" / "deep" / "board.json.gz", tmp_path / "data.db"
    packed.parent.mkdir(parents=True)
    plain.write_text(TEXT)
    packed.write_bytes(gzip.compress(TEXT.encode()))
    binary.write_bytes(b"\xff" + TEXT.encode())
    (tmp_path / "other.gz").write_bytes(gzip.compress(b"nobody"))
    (tmp_path / "torn.gz").write_bytes(gzip.compress(b"nobody")[:-3])
    found = texts_naming(tmp_path, ANN)
    assert set(found) == {plain, packed, binary}
    assert scrub_texts(found, ANN) == [binary]
    assert (plain.read_text(), gzip.decompress(packed.read_bytes()).decode()) == (TAKEN, TAKEN)
    assert texts_naming(tmp_path, ANN) == [binary]


def test_a_backup_anywhere_below_the_home_is_named_and_not_looked_into(tmp_path):
    backup, beside = tmp_path / "kept" / "friday", tmp_path / "kept" / "page.html"
    (backup / "lake" / "deep").mkdir(parents=True)
    for path in (backup / "backup.json", backup / "lake" / "deep" / "rows.json", beside):
        path.write_text(TEXT)
    assert backups_in(tmp_path) == [backup]
    assert texts_naming(tmp_path, ANN) == [beside]
