"""The catalogue's figures are those of the fixed market as its features are today."""

from features.registry import FEATURE_SET_VERSION, features
from tests.building import lakes, nights
from tests.building.feature_figures import measured, record, recorded

MARKET = f"{nights.DAYS} days of {nights.TRADES} trades, seed {nights.SEED}"
MEND = "run `make digests`, then `make pages`, and commit docs/figures/features.json and docs/generated/features.md"


def test_figures_are_of_the_features_that_there_are():
    """Needs no market: it tells at once that a feature came, went or changed its meaning."""
    found = recorded()
    assert found["feature_set_version"] == FEATURE_SET_VERSION, MEND
    assert list(found["features"]) == [one.name for one in features()], MEND


def test_figures_are_those_of_the_fixed_market(fixed_market, request):
    with lakes.opened(fixed_market) as context:
        found = measured(context, MARKET)
    if request.config.getoption("--rewrite-digests"):
        record(found)
    was = recorded()
    changed = [name for name in found["features"] if found["features"][name] != was["features"].get(name)]
    assert not changed, f"features are spread otherwise than recorded: {MEND}"
    assert found == was, MEND
