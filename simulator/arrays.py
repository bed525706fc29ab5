"""Names the array types that the simulator passes around."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Int64s: TypeAlias = npt.NDArray[np.int64]
Int8s: TypeAlias = npt.NDArray[np.int8]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Letters: TypeAlias = npt.NDArray[np.uint8]
#: Rows of a structured type: TRADER, MINT, ENTRY, INTENT, COIN or POSITION.
Records: TypeAlias = npt.NDArray[np.void]
#: The same in compiled code, and one row of them: their fields are attributes there.
Rows: TypeAlias = Any
Row: TypeAlias = Any
