"""Makes pages of Great Expectations open offline: without what they fetch from other hosts, in a look of our own."""

import re
from typing import Final

#: Scripts go altogether: what they do (folding, filters) needs libraries that only other hosts have.
_FETCHED: Final = re.compile(
    r"<script\b.*?</script\s*>|<(?:link|img)\b[^>]*\b(?:href|src)=[\"']?(?:https?:)?//[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_STYLES: Final = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_FETCHED_BY_STYLE: Final = re.compile(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)", re.IGNORECASE)
_LOOK: Final = """<style>
:root { color-scheme: light dark; --page: #fbfbfa; --ink: #1c1d1f; --grid: #dcdee2; --good: #1a7f4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121315; --ink: #e8e9eb; --grid: #34383e; --good: #5bc78e; --bad: #f28b82; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1200px; padding: 12px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: inherit; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--grid); padding: 4px 10px 4px 0; text-align: left; vertical-align: top; }
.text-success { color: var(--good); } .text-danger { color: var(--bad); }
.fa-check-circle::before { content: "\\2714"; } .fa-times::before { content: "\\2718"; }
.fa-exclamation-triangle::before { content: "\\26A0"; }
img { max-width: 200px; }
</style>
"""


def offline(page: str) -> str:
    """Take out of a page whatever asks another host for something, and give it a look; texts and links stay."""
    local = _STYLES.sub(lambda style: _FETCHED_BY_STYLE.sub("none", style[0]), _FETCHED.sub("", page))
    head, end, rest = local.partition("</head>")
    return f"{head}{_LOOK}{end}{rest}" if end else head
