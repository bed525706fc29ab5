"""The formula that models have to beat."""

from decimal import Decimal

import numpy as np
import pytest

from pumploss.baseline import baseline_score


@pytest.mark.parametrize(
    ("loss", "trades", "score"),
    [
        ("0", 0, "0"),
        ("-0.000000001", 0, "0.00000001"),
        ("-3", 2, "34"),
        ("-9.799999999", 1, "99.99999999"),
        ("-9.8", 1, "100"),
        (-(2**62), 10**6, "100"),
    ],
)
def test_the_formula_is_exact_for_exact_amounts_and_the_same_for_columns(loss: str, trades: int, score: str) -> None:
    assert baseline_score(Decimal(loss), trades) == Decimal(score)
    column = baseline_score(np.array([float(loss)]), np.array([float(trades)]))
    assert column.dtype == np.float64
    assert column == pytest.approx(float(score), abs=1e-6)
