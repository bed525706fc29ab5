"""Results of checks, as Data Docs keep them."""

from datetime import date

import pandas as pd

from pumploss import checks
from pumploss.contract import Check, Metric, Severity, holds

NIGHT = date(2026, 1, 5)
CHECKS = (
    Check(Metric.NULL_COUNT, "name", "a token has a name", highest=0),
    Check(Metric.MINIMUM, "size_units", "nothing is smaller than <b>nothing</b>", lowest=0),
    holds("size_units <= 7 AND price_sol <> 3", "costs $name", severity=Severity.WARN),
)


def judged(*values, name="things"):
    return checks.judged(name, CHECKS, pd.DataFrame([values], columns=["m0", "m1", "m2"]))


def pages(folder, kind="validations"):
    return sorted((folder / "site" / kind).rglob("*.html"))


def stored(folder):
    return sorted((path.parts[-3], path.parts[-4]) for path in (folder / "validations").rglob("*.json"))
