"""From which landing a lake was built, and that commands take it."""

import json

import pytest

from pumploss.bound_landing import NOTE, bound_landing
from pumploss.settings import from_environment


def noted(lake, text):
    lake.mkdir(parents=True, exist_ok=True)
    (lake / NOTE).write_text(text)
    return bound_landing(str(lake))


def test_it_is_told_by_the_note_of_the_lake(tmp_path):
    assert noted(tmp_path / "lake", json.dumps({"landing": "../landing"})) == str(tmp_path / "landing")
    assert noted(tmp_path / "lake", json.dumps({"landing": "s3://bucket/dumps"})) == "s3://bucket/dumps"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"landing": null}', '{"landing": 3}'])
def test_a_torn_note_tells_nothing(tmp_path, text):
    assert noted(tmp_path / "lake", text) is None


def test_without_a_note_or_on_s3_nothing_is_told(tmp_path):
    assert bound_landing(str(tmp_path)) is None
    assert bound_landing("s3://bucket/lake") is None


def test_commands_take_the_dumps_that_the_lake_was_built_from_unless_told_otherwise(tmp_path):
    given = {"PUMPLOSS_HOME": str(tmp_path)}
    assert from_environment(given).landing == str(tmp_path / "landing")
    noted(tmp_path / "lake", json.dumps({"landing": "/dumps"}))
    assert from_environment(given).landing == "/dumps"
    assert from_environment({**given, "PUMPLOSS_LANDING": "/others"}).landing == "/others"
    assert from_environment({**given, "PUMPLOSS_LAKE": str(tmp_path / "new")}).landing == str(tmp_path / "landing")
