"""Makes a phrase and a unit of a feature's description, for the reasons of a score."""

import re
from collections.abc import Mapping

#: A time, as the logarithm that models are given.
_LOG_SECONDS = re.compile(r"ln\(1 \+ ((?:median |mean )?)seconds([^)]*)\)")

_NAME = re.compile(r"`(\w+)`")

#: What a count says of the figures that rest on it.
_COUNTED = re.compile(r": how many .*")

#: What a phrase says instead, in this order.
_WORDS = (
    (re.compile(r"in \[T - (\d+) d, T - (\d+) d\)"), r"from \1 to \2 days before the score's day"),
    (re.compile(r"in \[T - (\d+) d, T\)"), r"in the \1 days before the score's day"),
    (re.compile(r"since T - (\d+) d"), r"in \1 days"),
    (re.compile(r"\ba T\b"), "a day"),
    (re.compile(r"\bT\b"), "the score's day"),
    (re.compile(r"[Mm]ean of time"), "geometric mean of the time"),
    (re.compile(r"[Mm]edian of time"), "median time"),
)


def meaning(description: str, shown_unit: str, others: Mapping[str, str]) -> str:
    """Take the first sentence, without what the value itself says: its unit, its logarithm, what rests on it.

    Of a difference of two features only what its sign means is kept; elsewhere the names of `others` are replaced by
    their descriptions.
    """
    said = description.partition(". ")[0].partition(";")[0].rstrip(".")
    head, colon, tail = said.partition(": ")
    said = tail if colon and head.startswith("`") else said
    said = _NAME.sub(lambda found: f"the {_clause(others.get(found[1], found[1]))}", _COUNTED.sub("", said))
    said = _LOG_SECONDS.sub(r"\1time\2", said)
    for pattern, words in _WORDS:
        said = pattern.sub(words, said)
    if shown_unit == "sol":
        said = said.replace(", in SOL", "")
    return _small(said)


def _clause(description: str) -> str:
    """Take what stands before the first comma, colon or full stop."""
    return _small(re.split(r"[,:;]|\. |\.$", description)[0].replace("`", ""))


def _small(said: str) -> str:
    """Begin with a small letter, unless it is an abbreviation."""
    return said if said[1:2].isupper() else said[0].lower() + said[1:]


def unit(name: str, named: str, description: str) -> str:
    """Tell how values are shown: `sol`, `share`, a time, `log_seconds` for the logarithm of one; empty for a number.

    `named` is the unit that the feature's name ends with.
    """
    if _LOG_SECONDS.search(description):
        return "log_seconds"
    if named == "rate" or (description.startswith("Share of ") and not name.endswith(("ratio_30d", "shrunk_30d"))):
        return "share"
    if not named and ", in SOL" in description:
        return "sol"
    if not named and description.startswith("Mean seconds"):
        return "seconds"
    return "" if named == "count" else named
