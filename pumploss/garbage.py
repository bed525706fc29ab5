"""Has Python look for garbage more seldom: what libraries load are half a million objects that stay.

By its own rules Python looks through them seven times while they load: 1.2 of the 5.7 seconds that Feast, MLflow and
Great Expectations took.
"""

import gc

#: New objects until the young are looked through; after so many times those that stayed are, and after so many all are.
SELDOM = (10_000, 10, 10)


def look_seldom() -> None:
    """Look for garbage more seldom from here on."""
    gc.set_threshold(*SELDOM)
