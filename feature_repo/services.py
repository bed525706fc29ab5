"""Reads online features as Arrow, for services: what Feast answers, without its conversion of each value."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import pyarrow as pa
import redis

from feature_repo.online import in_place, layout, served_times, utc
from feature_repo.online_traders import trader_keys
from feature_repo.store import KEY_VERSION, PROJECT, TTL
from pumploss import clock
from pumploss.columns import AS_OF, TRADER
from pumploss.days import listed
from pumploss.errors import StoreError
from pumploss.hot_client import FAILURES, tag


def read_online(
    client: redis.Redis, traders: Sequence[str], names: Sequence[str], oldest: datetime | None = None
) -> pa.Table:
    """Read features of traders: `trader_address`, `as_of` (T), then the features, in the order of `traders`.

    A trader without a row, or with one of a T before `oldest`, has nulls; unless it is given T must be of the last 48
    hours, as in Feast's view `trader_features`, whatever of it is read. Raises StoreError for features that there are
    not, for what is no address, for a client that decodes responses, and where the store does not answer.
    """
    if isinstance(traders, str) or isinstance(names, str):
        raise StoreError("read_online takes lists, of traders and of names of features, also where they have one.")
    if strange := [trader for trader in traders if not isinstance(trader, str)]:
        raise StoreError(f"read_online takes addresses as text, not {strange[0]!r}.")
    if unknown := [name for name in names if name not in layout().places]:
        raise StoreError(f"No feature is named {listed(unknown)}; docs/generated/features.md has all names.")
    begins = tag(client)
    keys = [begins + key for key in trader_keys(traders, PROJECT, KEY_VERSION)]
    try:
        rows = cast("list[bytes | None]", client.mget(keys) if keys else [])
    except UnicodeDecodeError as error:
        raise StoreError(
            "read_online takes a client that leaves responses as they are (no decode_responses)."
        ) from error
    except FAILURES as error:
        raise StoreError(f"The hot store failed: {str(error).rstrip('.')}. Ask again when it answers.") from error
    times = served_times(rows, clock.now() - TTL if oldest is None else utc(oldest))
    found = in_place(rows, times, names)
    own = {TRADER.name: pa.array(traders, pa.string()), AS_OF.name: pa.array(times, AS_OF.type.arrow)}
    return pa.table({**own, **dict(zip(names, found.columns, strict=True))})
