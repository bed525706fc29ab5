"""The lake that fault tests copy: a copy that nothing happened to holds what the template holds."""

from tests.building import lakes


def test_a_copy_without_a_fault_is_golden(trial, golden):
    with lakes.opened(trial(0)) as context:
        assert lakes.contents(context) == golden
    assert len({table for table, _ in golden}) >= 10
