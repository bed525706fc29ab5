"""What a model answers, out of what its trees said."""

import numpy as np
import pytest

from models import crossfit
from models.answering import answers


@pytest.mark.parametrize("name", ["model", "risk"])
def test_what_was_said_of_the_locked_days_gives_the_answers_of_asking_anew(planted, request, name):
    frame, trained = planted(), request.getfixturevalue(name)
    x = frame.x[trained.parts.rows(frame, trained.parts.test)]
    said = crossfit.ask(trained.spec, frame, trained.parts.locked, [1, 0, 0, 0]).said
    found, losses = answers(trained.judged, said)
    np.testing.assert_array_equal(found.probability, trained.judged.probability(x))
    if losses is None:
        np.testing.assert_array_equal(found.ranking, trained.judged.log_odds(x))
    else:
        for field, values in vars(trained.judged.losses(x)).items():
            np.testing.assert_array_equal(getattr(losses, field), values)
