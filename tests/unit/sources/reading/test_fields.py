from dataclasses import replace

import pytest

from sources.reading.fields import Fields
from sources.reading.files import FileRefusedError

NEEDED = ("a", "bb")


def test_which_fields_must_be_there_and_tell_records_apart(fields):
    declared = replace(fields, ignored=("left out", "seen at"), volatile=("seen at", "bb"))
    assert declared.all_fields == ("a", "bb", "a long name", "left out", "seen at")
    assert declared.identifying_fields == ("a", "a long name", "left out")
    assert declared.always_present == ("a long name",)


def test_fields_in_any_order_are_fine(fields):
    fields.require(["bb", "a"], NEEDED)
    fields.require(["a long name", "a", "bb"], NEEDED)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "bb", "mood"], "new field 'mood'. Map it or ignore it by name in sources/made_up.py"),
        (["a"], "missing field 'bb'"),
        (["a", "bb", "a", "a"], "field 'a' stands twice"),
        (["b", "b"], "new field 'b'; new field 'b'; missing field 'a'; missing field 'bb'; field 'b' stands twice"),
    ],
)
def test_drift_names_every_fault_and_what_the_fields_are(fields: Fields, names, said):
    with pytest.raises(FileRefusedError) as refused:
        fields.require(names, NEEDED)
    assert refused.value.reason == "drift"
    assert said in refused.value.detail
    assert refused.value.detail.endswith("land a file with the fields a, bb, a long name")
