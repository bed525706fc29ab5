"""Names the arrays that scoring takes and gives."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: Rows of inputs, in single precision where a model learns from them.
Matrix = npt.NDArray[np.floating[Any]]
