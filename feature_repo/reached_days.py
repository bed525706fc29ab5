"""Says which days of rows a join can reach, by the moments that it is asked for, so that no others are read."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
from feast.feature_view import FeatureView
from feast.infra.offline_stores.offline_utils import DEFAULT_ENTITY_DF_EVENT_TIMESTAMP_COL


def reach(feature_views: list[FeatureView], entity_df: pd.DataFrame | str) -> tuple[date | None, date | None]:
    """Say which days of rows can answer for the entity rows: back to the longest TTL before the first of them."""
    ttls = [view.ttl for view in feature_views]
    if isinstance(entity_df, str) or entity_df.empty or not all(ttls):
        return None, None
    times = _moments(entity_df)
    if times is None or times.isna().any():  # of a form that only the join reads
        return None, None
    # A day more on both sides: the join may read a moment without a zone in another one.
    earliest, latest = times.min() - max(ttl for ttl in ttls if ttl), times.max()
    return (earliest - timedelta(days=1)).date(), (latest + timedelta(days=1)).date()


def _moments(entity_df: pd.DataFrame) -> pd.Series | None:
    """Read the moment of each entity row, from the column that Feast takes for it; NaT where it cannot be read."""
    named = entity_df.select_dtypes(["datetime", "datetimetz"])
    if DEFAULT_ENTITY_DF_EVENT_TIMESTAMP_COL in entity_df:
        column = entity_df[DEFAULT_ENTITY_DF_EVENT_TIMESTAMP_COL]
    elif named.shape[1] == 1:
        column = named.iloc[:, 0]
    else:
        return None
    is_read = pd.api.types.is_datetime64_any_dtype(column)
    text = column if is_read else column.astype(str)
    read: pd.Series = pd.to_datetime(text, utc=True, errors="coerce", format=None if is_read else "ISO8601")
    return read


def utc_day(moment: datetime | None, days: int = 0) -> date | None:
    """Return the UTC day of a moment, or one some days later; None without a moment."""
    return None if moment is None else (moment.astimezone(UTC) + timedelta(days=days)).date()
