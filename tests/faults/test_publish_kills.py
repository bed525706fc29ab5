"""SIGKILL of the publisher or the server at every barrier of a publish: readers see the old or the new night, whole.

A trial's warm store shows a night, and its lake holds the next one. While `run publish_warm` comes to the barrier,
three readers look all the time: at all tables in one statement, in one transaction, and by the named queries.
"""

import json
import pickle
import re
import shutil
import signal
from random import Random

import pytest

from jobs.running.runner import run_step
from pumploss import embedded
from pumploss.warm import open_warm
from pumploss.warm.warm_table import PARTS, STAGING
from tests.building import dying_servers, lakes, two_nights
from tests.building.barriers import GUARD
from tests.building.commands import run_code
from tests.building.onlookers import NAMES, onlookers, seen_now
from tests.building.shared import shared
from tests.building.town import DAY

PUBLISHER = "publisher"
#: As many rounds come by every barrier, and of the ordinary night with either victim.
ROUNDS, ORDINARY = 200, "a_day_more"
CONNECTED, COMMIT, WITHIN = "before _take", "COMMIT", "within the commit"

#: A publisher who dies at a barrier, or whose server does. Its words are barrier, who dies, seed, day, and the file in
#: which it notes the barriers that it came by, and when the server died.
AT_A_BARRIER = f"""{GUARD}
    import json, threading, time
    from pathlib import Path
    from random import Random
    import psycopg
    from jobs.commands import main
    from jobs.gates import published_rows
    from pumploss.warm import publisher_lock, publishing, swapping
    from pumploss.warm.staging import Staging
    from tests.building.dying_servers import die

    who, seed, day, notes = sys.argv[2], int(sys.argv[3]), sys.argv[4], Path(sys.argv[5])
    died, timers = [], []

    if who != "{PUBLISHER}":
        def fall():
            died.append(time.monotonic())
            die(from_environment().warm_dir, who)

    before(publisher_lock, "_take")
    before(publishing, "clear")
    for name in ("_copy", "_copy_query", "_index"):
        before(Staging, name)
    before(published_rows, "gate")
    guard(swapping, "swap")
    show, execute = swapping._swap, psycopg.Connection.execute

    def guarded_show(connection, *given):
        def guarded(self, query, *more, **options):
            words = query if isinstance(query, str) else query.as_string(self)
            if not words.startswith("SELECT"):
                barrier(words[:100])
            return execute(self, query, *more, **options)

        psycopg.Connection.execute = guarded
        try:
            show(connection, *given)
        finally:
            psycopg.Connection.execute = execute
        barrier("{COMMIT}")
        if left[0] == 0:
            timers.append(threading.Timer(Random(seed).uniform(0, 0.01), fall))
            timers[0].start()
        left[0] -= 1
        passed.append("{WITHIN}")

    swapping._swap = guarded_show
    code = main(["run", "publish_warm", "--day", day], "python -m jobs")
    for timer in timers:
        timer.join()
    notes.write_text(json.dumps([passed, died]))
    sys.exit(code)
"""


class Night:
    """A home, what its readers see before and after the publish, and the barriers of that."""

    def __init__(self, name, folder):
        self.name, self.home = name, folder / "home"
        self.before, self.after, self.barriers = pickle.loads((folder / "seen").read_bytes())

    def fault(self, seed):
        """The number of the barrier, and who dies there: each barrier once with one, then with the other."""
        number = len(self.barriers)
        order, is_second = Random(1).sample(range(number), number), seed // number % 2
        who = PUBLISHER if (seed % number + is_second) % 2 == 0 else Random(seed).choice(dying_servers.WAYS)
        return order[seed % number], who


def build(folder, name):
    home = folder / "home"
    two_nights.build(home, *two_nights.NIGHTS[name])
    before = seen_now(lakes.settings_of(home))
    undisturbed = lakes.copied(home, folder / "undisturbed")
    done, barriers, _ = published(undisturbed, -1, PUBLISHER, 0)
    assert done.returncode == 0, done.stderr
    seen = before, seen_now(lakes.settings_of(undisturbed)), barriers
    shutil.rmtree(undisturbed)
    (folder / "seen").write_bytes(pickle.dumps(seen))


def published(home, number, who, seed):
    """Publishes in a process of its own; answers how it ended, the barriers that it came by, and when a server died."""
    notes = home / "notes.json"
    done = run_code(home, AT_A_BARRIER, str(number), who, str(seed), DAY.isoformat(), str(notes))
    return done, *(json.loads(notes.read_text()) if notes.exists() else ([], []))


@pytest.fixture(scope="module", params=two_nights.NIGHTS)
def night(request, spark, tmp_path_factory):
    name = request.param
    return Night(name, shared(tmp_path_factory, f"two_nights_{name}", lambda folder: build(folder, name)))


def test_a_publish_changes_every_table(night):
    before, after = (dict(zip(NAMES, seen["tables"], strict=True)) for seen in (night.before, night.after))
    assert [name for name in NAMES if before[name] == after[name]] == []
    assert [name for name in night.before if night.before[name] == night.after[name]] == []


def test_two_hundred_rounds_come_by_every_barrier(night):
    faults, numbers = [night.fault(seed) for seed in range(ROUNDS)], set(range(len(night.barriers)))
    by_publisher = {number for number, who in faults if who == PUBLISHER}
    by_server = {number for number, who in faults if who != PUBLISHER}
    assert by_publisher | by_server == numbers
    if night.name == ORDINARY:
        assert by_publisher == by_server == numbers
    assert {who for _, who in faults} == {PUBLISHER, *dying_servers.WAYS}


def test_readers_see_one_night_whole_whoever_dies(night, rounds, tmp_path):
    for seed in rounds(2 if night.name == ORDINARY else 1):
        number, who = night.fault(seed)
        said = f"seed {seed}: {who} dies at barrier {number}, {night.barriers[number]}"
        home = lakes.copied(night.home, tmp_path / f"trial-{seed}")
        settings = lakes.settings_of(home)
        with onlookers(settings) as watching:
            done, _, died = published(home, number, who, seed)
            assert ended_well(done, who), f"{said}: {done.returncode} {done.stdout} {done.stderr}"
            shown = seen_now(settings)["tables"]
            assert shown in allowed(night, number, who), f"{said}: {mixed(night, shown)}"
            with lakes.opened(home) as context:
                run_step(context, "publish_warm", [DAY])
            assert seen_now(settings) == night.after, said
            assert left_over(settings) == [], said
        assert wrong(night, watching, died) == [], said
        server = embedded.postgres(settings.warm_dir).status()
        assert (server.is_running, server.user_pids) == (False, ()), said
        assert list((home / "lake" / "_stage").iterdir()) == [], said
        shutil.rmtree(home)


def ended_well(done, who):
    """Tells whether the publisher was killed, or has said that its server was lost, or had shown everything."""
    if who == PUBLISHER:
        return done.returncode == -signal.SIGKILL
    if "Traceback" in done.stderr:
        return False
    said = re.search(r"jobs: The warm store \S+ (gave up|cannot be reached): .+", done.stderr)
    return done.returncode == 0 or (done.returncode == 1 and said is not None)


def allowed(night, number, who):
    """What may be shown after a death at a barrier: a server that dies before it is asked anything is started anew."""
    before, after = night.before["tables"], night.after["tables"]
    if who != PUBLISHER and number < night.barriers.index(CONNECTED):
        return (after,)
    if night.barriers[number] == WITHIN:
        return before, after
    return (before,) if number <= night.barriers.index(COMMIT) else (after,)


def mixed(night, answer):
    """Names each table with the night that it shows."""
    nights = {"before": night.before["tables"], "after": night.after["tables"]}
    shown = {name: [label for label, seen in nights.items() if seen[n] == answer[n]] for n, name in enumerate(NAMES)}
    return {name: labels or ["neither"] for name, labels in shown.items()}


def wrong(night, watching, died):
    """Lists what readers saw that is no night, or went back to the one before, and what was lost without a cause."""
    found = [repr(onlooker.failure) for onlooker in watching if onlooker.failure is not None]
    looks = sorted((look for onlooker in watching for look in onlooker.looks), key=lambda look: look.began)
    first = min((look.ended for look in looks if look.answer == night.after[look.question]), default=float("inf"))
    for look in looks:
        if look.answer not in (night.before[look.question], night.after[look.question]):
            found.append(mixed(night, look.answer) if look.question == "tables" else look.question)
        elif look.began > first and look.answer == night.before[look.question]:
            found.append(f"{look.question} went back to the night before")
    for at, words in (lost for onlooker in watching for lost in onlooker.lost):
        if not died or at < died[0] or "did not start" in words:
            found.append(words)
    return found


def left_over(settings):
    """Lists what a publish may leave behind: staged tables, days of no table, locks and connections."""
    with open_warm(settings) as warm:
        return [
            *warm.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [STAGING]).fetchall(),
            *warm.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s "
                "AND c.relkind = 'r' AND NOT c.relispartition",
                [PARTS],
            ).fetchall(),
            *warm.execute("SELECT pid FROM pg_locks WHERE locktype = 'advisory'").fetchall(),
            *warm.execute(
                "SELECT application_name, state FROM pg_stat_activity WHERE application_name LIKE 'pumploss%' AND "
                "application_name <> 'pumploss_reader' AND pid <> pg_backend_pid()"
            ).fetchall(),
        ]
