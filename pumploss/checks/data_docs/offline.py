"""Makes pages of Great Expectations open offline: without what they fetch from other hosts, in a look of our own."""

import re
from functools import cache
from pathlib import Path
from typing import Final

#: Scripts go altogether: what they do needs libraries that only other hosts have. Looks go with them, and the foot of
#: the page, which lies over it and asks readers to subscribe to something. Of what is linked below the folder there is
#: only an icon, for which pages of results look in the wrong place.
_TAKEN_OUT: Final = re.compile(
    r"<(script|style|footer)\b.*?</\1\s*>|<link\b[^>]*>|<img\b[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
#: What calls scripts.
_CALLED: Final = re.compile(r"""(<\w[^<>]*?)\son\w+=(?:"[^"]*"|'[^']*')""", re.IGNORECASE)


def offline(page: str) -> str:
    """Take out of a page whatever asks another host for something, and give it a look; texts and links stay."""
    local = _CALLED.sub(r"\1", _TAKEN_OUT.sub("", page))
    head, end, rest = local.partition("</head>")
    return f"{head}{_look()}{end}{rest}" if end else head


@cache
def _look() -> str:
    return (Path(__file__).parent / "look.html").read_text(encoding="utf-8")
