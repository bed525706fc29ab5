"""Has Python look for garbage more seldom: what libraries load are a million objects that stay.

By its own rules Python looks through them seven times while they load, and again, slowly, when the process ends. Seen
of a process that had loaded Feast, MLflow, Great Expectations and Airflow: 1.2 of 5.7 seconds to load, and 2 to end.
"""

import atexit
import gc

#: New objects until the young are looked through; after so many times those that stayed are, and after so many all are.
SELDOM = (10_000, 10, 10)


def look_seldom() -> None:
    """Look for garbage more seldom from here on, and not at all when the process ends; asked again, change nothing."""
    gc.set_threshold(*SELDOM)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
