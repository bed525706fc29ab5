"""However few rows are read at once, and through however many connections they are loaded, the same is published."""

import pytest

from jobs.publishing import pieces
from jobs.running.runner import run_step
from pumploss.warm import loaders
from tests.building import built_days, lakes
from tests.building.onlookers import seen_now
from tests.building.three_days import D3

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(spark, tmp_path_factory):
    """What readers see after a publish that reads so many rows at once, through so many connections."""

    def publish(rows, connections):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(pieces, "SLICE_ROWS", rows)
            patched.setattr(loaders, "LOADERS", connections)
            home = lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path_factory.mktemp("published") / "home")
            with lakes.opened(home) as context:
                run_step(context, "publish_warm", [D3])
                return seen_now(context.settings)["tables"]

    return publish


def test_it_makes_no_difference(published):
    whole = published(250_000, 1)
    assert whole == published(250_000, 2) == published(7, 2) == published(150, 3)
