"""The way back through the versions of a model that served."""

import mlflow
import pytest

from models.promotions import BESIDE, LINE, is_interrupted
from models.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry
from pumploss.errors import ModelError
from tests.building import lakes

NAME = "loss-prediction"


@pytest.fixture
def registry(tmp_path):
    """`registry(passed)`: a registry with a version per entry, of which those the gate passed served in turn."""

    def with_versions(passed):
        registry = Registry(lakes.settings_of(tmp_path / "home"))
        client = registry._client
        client.create_registered_model(NAME)
        for is_passed in passed:
            tags = {"gate": "passed" if is_passed else "logloss_of_volume is -0.1"}
            made = client.create_model_version(NAME, (tmp_path / "model").as_uri(), tags=tags)
            client.set_registered_model_alias(NAME, CHALLENGER, made.version)
            if is_passed:
                registry.promote(NAME, str(made.version))
        return registry

    yield with_versions
    mlflow.set_tracking_uri(None)


def test_what_passed_and_never_served_is_known_for_an_interrupted_training(registry):
    registry = registry([True, False])
    passed = {"gate": "passed", BESIDE: "1"}
    client = registry._client
    third = str(client.create_model_version(NAME, registry.settings.home.as_uri(), tags=passed).version)
    assert [is_interrupted(registry, NAME, version) for version in ("1", "2", third)] == [False, False, True]
    registry.promote(NAME, third)
    registry.roll_back(NAME)
    assert not is_interrupted(registry, NAME, third)  # people went back on purpose
    other = client.create_model_version(NAME, registry.settings.home.as_uri(), tags={**passed, BESIDE: third})
    assert not is_interrupted(registry, NAME, str(other.version))  # it was held against somebody else


def test_each_step_back_lets_the_one_before_serve_and_none_that_was_refused(registry):
    registry = registry([True, True, False, True, False])
    walked = []
    while registry.before(NAME):
        walked.append(registry.roll_back(NAME))
        assert registry.version(NAME) == walked[-1]
        assert registry.version(NAME, PREVIOUS) == (registry.before(NAME) or [None])[-1]
    assert walked == ["2", "1"]
    with pytest.raises(ModelError, match="has no version that served before"):
        registry.roll_back(NAME)
    assert registry.version(NAME) == "1"


def test_who_is_promoted_after_a_step_back_is_followed_by_what_served_then(registry):
    registry = registry([True, True, True])
    registry.roll_back(NAME)
    registry.promote(NAME, "1", why="by hand")
    assert registry.served(NAME) == ["1", "2", "1"]
    assert [registry.roll_back(NAME), registry.roll_back(NAME)] == ["2", "1"]


def test_a_registry_from_before_knows_the_way_by_what_the_gate_passed(registry):
    registry = registry([True, False, True, True])
    registry._client.delete_registered_model_tag(NAME, LINE)
    assert registry.before(NAME) == ["1", "3"]
    registry._client.set_registered_model_alias(NAME, CHAMPION, "3")
    assert registry.before(NAME) == ["1"]


def test_an_alias_that_was_moved_by_other_means_is_believed(registry):
    registry = registry([True, True, False, True])
    registry._client.set_registered_model_alias(NAME, CHAMPION, "2")
    assert registry.served(NAME) == ["1", "2"]
    registry._client.set_registered_model_alias(NAME, CHAMPION, "3")
    assert registry.served(NAME) == ["1", "2", "4", "3"]
    registry._client.delete_registered_model_alias(NAME, CHAMPION)
    assert registry.roll_back(NAME) == "4"


def test_what_is_gone_from_the_registry_is_no_way_back(registry):
    registry = registry([True, True, True])
    registry._client.delete_model_version(NAME, "2")
    assert registry.roll_back(NAME) == "1"
