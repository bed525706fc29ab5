"""How Feast is told where the stores are."""

import os

import yaml

from feature_repo.store import configuration, redis_url
from pumploss.settings import ROOT


def test_feature_store_yaml_says_what_the_jobs_build(settings):
    """But for what stands in the settings: the home, and the address of Redis."""
    told = yaml.safe_load((ROOT / "feature_repo" / "feature_store.yaml").read_text())
    built = configuration(settings, redis_url(settings))
    del built["online_store"]["url"]
    built["registry"]["path"] = (
        f"sqlite:///{os.path.relpath(ROOT / 'var' / 'feast' / 'registry.db', ROOT / 'feature_repo')}"
    )
    assert told == built
