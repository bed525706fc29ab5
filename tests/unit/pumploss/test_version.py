"""Which code made a result."""

from pumploss.version import code_version


def test_the_code_version_names_the_commit():
    assert code_version().startswith("0.1.0+")
