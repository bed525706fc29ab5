"""A process looks for garbage more seldom, and ends without looking through all that it has loaded."""

import subprocess
import sys

from pumploss.garbage import SELDOM
from pumploss.settings import ROOT

#: What is registered first is called last: it sees what the end of the process sees.
AT_THE_END = """
import atexit, gc
atexit.register(lambda: print(gc.get_threshold(), gc.get_freeze_count() > 1_000, len(gc.get_objects()) < 1_000))
from pumploss.garbage import look_seldom
for _ in range(2):
    look_seldom()
"""
#: Garbage that refers to itself is found while the process works.
MEANWHILE = """
import weakref
from pumploss.garbage import look_seldom
look_seldom()
class Knot: pass
knot = Knot(); knot.itself = knot; seen = weakref.ref(knot); del knot
held = [[] for _ in range(3_000_000)]
print(seen() is None)
"""


def said(code):
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def test_what_is_loaded_is_not_looked_through_at_the_end():
    assert said(AT_THE_END) == f"{SELDOM} True True"


def test_garbage_is_still_found():
    assert said(MEANWHILE) == "True"
