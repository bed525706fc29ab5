"""What compiles ahead of the first windows of a run does not outlive it."""

import psutil
import pytest

from features.rolling import rehearsal
from jobs.windowing.rehearsal import rehearsing


@pytest.mark.slow
@pytest.mark.parametrize("is_needed", [True, False])
def test_it_ends_with_the_run(monkeypatch, is_needed):
    monkeypatch.setattr(rehearsal, "is_needed", lambda: is_needed)
    beside = set(psutil.Process().children())
    started = set()

    def run():
        with rehearsing():
            started.update(set(psutil.Process().children()) - beside)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(started) == is_needed
    assert not any(child.is_running() for child in started)
