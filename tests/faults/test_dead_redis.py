"""Redis dies at any command while features and boards are written: the error says so, and the next run is whole."""

import os
import re
import signal
from datetime import UTC, date, datetime
from random import Random

import pytest
import redis

from feature_repo.online_traders import features_online
from feature_repo.services import read_online
from feature_repo.store import VIEW, online_redis
from pumploss import embedded
from pumploss.errors import StoreError
from pumploss.hot import open_hot
from tests.building.online import built, feature_rows, materialize, put

DAYS = date(2026, 1, 8), date(2026, 1, 9)
TIMES = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)
#: More than a run sends, so that some runs end before their Redis does.
MOST_COMMANDS = 60
#: The transaction with the rows: Redis' client takes a lost connection there for a change by somebody else.
WRITES_ROWS = 16


def killed_at(patched, settings, command):
    """Has Redis die before the command of this number is sent; answers how many were sent so far."""
    sent, send = [], redis.connection.AbstractConnection.send_packed_command

    def send_or_die(self, *given, **more):
        if len(sent) == command:
            os.kill(embedded.redis(settings.hot_dir).status().pid, signal.SIGKILL)
        sent.append(1)
        return send(self, *given, **more)

    patched.setattr(redis.connection.AbstractConnection, "send_packed_command", send_or_die)
    return sent


def test_a_redis_that_dies_is_named_and_the_next_run_is_whole(context, settings, rounds):
    put(settings, [*feature_rows(TIMES[0], ann=1, cid=5), *feature_rows(TIMES[1], ann=2, bob=3)])
    built(context, *DAYS)
    died = 0
    for seed in rounds(3):
        command, failed = Random(seed).randrange(MOST_COMMANDS) if seed else WRITES_ROWS, None
        with online_redis(settings):
            with open_hot(settings) as hot:
                hot.flushall()
            materialize(context, DAYS[0])
            with pytest.MonkeyPatch.context() as patched:
                sent = killed_at(patched, settings, command)
                try:
                    materialize(context, DAYS[1])
                except StoreError as error:
                    failed = error
            assert (failed is not None) == (len(sent) > command), f"seed {seed}: {failed}"
            assert failed is None or re.match(r"The hot store .* failed: .* run .* again", str(failed)), failed
            died += failed is not None
        with online_redis(settings) as url, open_hot(settings) as hot:
            assert features_online(hot, VIEW) in {*TIMES, None}, f"seed {seed}"
            materialize(context, DAYS[1])
            assert features_online(hot, VIEW) == TIMES[1], f"seed {seed}"
            with redis.Redis.from_url(url) as client:
                found = read_online(client, ["ann", "bob", "cid"], ["loss_trades_24h"], TIMES[1])
            assert found["loss_trades_24h"].to_pylist() == [2, 3, None], f"seed {seed}"
    assert died
