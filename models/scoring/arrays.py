"""Names the arrays that scoring takes and gives."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
