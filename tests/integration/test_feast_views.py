"""Views as people ask them: each until its time to live, none lost to commands of Feast, no damaged file behind one."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from feast.types import Int64

from feature_repo.store import feature_store, quiet
from pumploss.errors import DamagedError
from tests.building.feature_rows import DAY, T, joined, put, row, table


@pytest.mark.parametrize("view", ["trader_market", "trader_relative", "trader_losses"])
def test_every_view_is_joined_until_its_own_time_to_live(settings, view):
    put(settings, row("ann", T, 1))
    with quiet():
        store = feature_store(settings)
        found = store.get_feature_view(view)
        name = next(field.name for field in found.features if field.dtype == Int64)
        lives = found.ttl
        moments = [T, T + lives, T + lives + timedelta(seconds=1)]
        asked = pd.DataFrame({"trader_address": ["ann"] * 3, "event_timestamp": moments, "place": range(3)})
        joined = store.get_historical_features(asked, [f"{view}:{name}"]).to_df().sort_values("place")
    assert lives == (2 * DAY if view == "trader_losses" else timedelta(hours=30))
    assert joined[name].notna().tolist() == [True, True, False]


def test_a_damaged_file_is_joined_with_nothing(context, frame):
    context.lake.replace(table(), frame(table(), row("ann", T, 1)), [T.date()], {T.date(): 1})
    version = context.lake.version(table())
    assert joined(context.settings, version, ("ann", T)) == [1]
    (file,) = Path(context.lake.path(table())).rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedError, match=file.name):
        joined(context.settings, version, ("ann", T))


def test_what_feasts_own_commands_deleted_is_back_with_the_next_opening(settings):
    store = feature_store(settings)
    store.delete_feature_view("trader_losses")
    assert "trader_losses" in {found.name for found in feature_store(settings).list_feature_views()}
