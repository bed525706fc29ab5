"""What the phases of a training take."""

from models.phases import Phases
from models.risk_model import SPEC
from models.time_split import split_by_time
from models.training import train


def test_a_training_tells_its_phases_in_their_order(planted, inputs):
    frame, phases = planted(traders=60), Phases()
    train(SPEC, frame, split_by_time(frame.days, 7), inputs, phases=phases)
    assert list(phases.taken) == ["folds", "judge and refit"]
    peaks = [taken["peak_memory_bytes"] for taken in phases.taken.values()]
    assert peaks == sorted(peaks)
    assert peaks[0] > 1_000_000
    assert all(taken["seconds"] >= 0 and taken["processor_seconds"] >= 0 for taken in phases.taken.values())


def test_a_phase_that_fails_is_not_told():
    phases = Phases()
    try:
        with phases.phase("broken"):
            raise ValueError
    except ValueError:
        assert phases.taken == {}
