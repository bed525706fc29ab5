"""The formula asked for, which models have to beat: written once, for exact amounts and for columns of floats."""

from decimal import Decimal
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HIGHEST = 100
PER_SOL_LOST = 10
PER_LOSING_TRADE = 2


@overload
def baseline_score(loss_24h_sol: Decimal, loss_trades_24h: int) -> Decimal: ...


@overload
def baseline_score(loss_24h_sol: Floats, loss_trades_24h: Floats) -> Floats: ...


def baseline_score(loss_24h_sol: Decimal | Floats, loss_trades_24h: int | Floats) -> Decimal | Floats:
    """Works out LEAST(100, ABS(loss in SOL) x 10 + losing trades x 2), of 24 hours: exactly where amounts are exact."""
    raised: Any = abs(loss_24h_sol) * PER_SOL_LOST + loss_trades_24h * PER_LOSING_TRADE  # type: ignore[operator]
    return min(raised, Decimal(HIGHEST)) if isinstance(raised, Decimal) else np.minimum(float(HIGHEST), raised)
