"""Laws of state: whenever a builder of segments dies, every lookup is right."""

import signal
from pathlib import Path
from random import Random

from jobs.running import lookups
from jobs.running.lookups import STATES, keep_segments
from pumploss.lake.segments import tiers
from pumploss.lake.segments.manifest import MANIFEST, built_days, folder, shelf
from tests.building.commands import run_code
from tests.building.states import AFTER, DAYS, LOTS, every_lookup_is_right, lots_of


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def test_a_builder_that_dies_anywhere_leaves_readers_right(opened, put, small, rows_of, frame, monkeypatch):
    wanted = ["m0", "m2", "m4"]
    with opened() as context:
        put(context, LOTS, {day: lots_of(Random(day.day), day) for day in DAYS[:4]})
        keep_segments(context, LOTS, AFTER)
        put(context, LOTS, {day: lots_of(Random(day.day), day) for day in DAYS[4:7]})
        plain = type(context.lake.storage)
        done = False
        for lives in range(40):
            left = [lives]

            def dying(name, left=left, plain=plain):
                real = getattr(plain, name)

                def write(self, path, *arguments, **more):
                    if left[0] == 0 and "_segments" in str(path):
                        if name == "pipe_file":
                            real(self, path, arguments[0][: len(arguments[0]) // 2])
                        raise Killed
                    left[0] -= "_segments" in str(path)
                    return real(self, path, *arguments, **more)

                return write

            with monkeypatch.context() as patched:
                for name in ("pipe_file", "mv", "rm_file"):
                    patched.setattr(plain, name, dying(name))
                # What dies inside of the engine comes back as the engine's own error.
                try:
                    keep_segments(context, LOTS, AFTER)
                    done = True
                except (Killed, Exception):  # noqa: BLE001
                    done = False
            if lives % 4 == 0 or done:
                monkeypatch.setattr(lookups, "keep", lambda *_: [])
                every_lookup_is_right(context, LOTS, wanted, rows_of, frame)
                monkeypatch.undo()
                monkeypatch.setattr(tiers, "TIER", 2)
                monkeypatch.setattr(tiers, "SETTLED_DAYS", 1)
            if done:
                break
        assert done
        assert lives > 3


KILLED = """
    import os, signal, sys
    from datetime import date
    from pathlib import Path
    from jobs.running.context import open_context
    from jobs.running.lookups import keep_segments
    from pumploss.settings import from_environment
    from pumploss.tables.silver_open_lots import TABLE

    with open_context(from_environment()) as context:
        real = Path.replace

        def replace(self, target):
            if target.name == sys.argv[1]:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(self, target)

        Path.replace = replace
        keep_segments(context, TABLE, date(2026, 2, 1))
"""


def test_kill_minus_nine_while_a_manifest_is_written(opened, put, rows_of, frame):
    with opened() as context:
        put(context, LOTS, {day: lots_of(Random(day.day), day) for day in DAYS[:3]})
        done = run_code(context.settings.home, KILLED, MANIFEST)
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
        left = list(Path(folder(context.lake, LOTS)).iterdir())
        assert len(left) == 1
        assert not (left[0] / MANIFEST).exists()
        every_lookup_is_right(context, LOTS, ["m0", "m1", "m2"], rows_of, frame)
        assert not left[0].exists(), "the next builder clears up"
        assert shelf(context.lake, STATES[LOTS.name], built_days(context.lake, LOTS)).sound
