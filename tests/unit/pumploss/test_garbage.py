"""A process looks for garbage more seldom, and still finds it."""

import subprocess
import sys

from pumploss.settings import ROOT

#: Garbage that refers to itself, and many objects that stay.
CODE = """
import gc, weakref
from pumploss.garbage import SELDOM, look_seldom
look_seldom()
class Knot: pass
knot = Knot(); knot.itself = knot; seen = weakref.ref(knot); del knot
held = [[] for _ in range(3_000_000)]
print(gc.get_threshold() == SELDOM, seen() is None)
"""


def test_garbage_is_still_found():
    found = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]
