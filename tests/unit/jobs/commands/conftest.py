"""What the tests of commands share: an empty home that the environment names."""

import pytest


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home that the environment names."""
    for name in (
        "PUMPLOSS_LAKE",
        "PUMPLOSS_LANDING",
        "PUMPLOSS_WARM_DSN",
        "PUMPLOSS_HOT_URL",
        "MLFLOW_TRACKING_URI",
        "SPARK_REMOTE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PUMPLOSS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
