"""Real trades, which lie outside the checkout because their licences allow no copies in it.

`PUMPLOSS_TEST_DATA` names their folder; this is the one place that reads it.
"""

import os
from pathlib import Path

import pytest

VARIABLE = "PUMPLOSS_TEST_DATA"
FOLDER = Path(os.environ.get(VARIABLE) or "unset").resolve()

#: Dumps of two sources, as a landing.
LANDING = FOLDER / "landing"
#: One file per bot, as they were published.
BOTS = FOLDER / "dune_bot_trades"

#: For tests that need the data. A folder that is named and lacks them is an error of theirs.
needed = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason=f"set {VARIABLE} to the folder with real trades (landing/, dune_bot_trades/)"
)
