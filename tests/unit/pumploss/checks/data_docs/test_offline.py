"""Pages of Great Expectations ask no other host for anything, and say what they said."""

import re

from pumploss.checks import data_docs
from pumploss.checks.data_docs.offline import offline
from tests.building.judged import judged, pages

FETCHED = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//|url\(['\"]?http|@import", re.IGNORECASE
)


def test_what_is_fetched_from_elsewhere_goes_and_the_rest_stays():
    page = (
        '<html><head><link rel="stylesheet" href="https://cdn.example/a.css"/><link rel="icon" href="../static/i.ico"/>'
        '<script src="//cdn.example/b.js" integrity="x"></script>'
        '<style>b { background: url("https://cdn.example/c.png") }</style>'
        "</head><body><img class=x\n src='https://cdn.example/d.png'>"
        '<a href="https://example.com">away</a><label class="btn" onclick="filter()">Failed Only</label>'
        "<script>\n$(document).ready(1)\n</script>"
        '<i class="fas fa-times text-danger"></i>4 &lt;script&gt; <footer>Subscribe</footer></body></html>'
    )
    made = offline(page)
    assert not FETCHED.search(made)
    assert "<script" not in made
    assert "Subscribe" not in made
    assert "i.ico" not in made
    assert "onclick" not in made
    for kept in (
        '<label class="btn">Failed Only',
        '<a href="https://example.com">away</a>',
        "fa-times",
        "4 &lt;script&gt;",
    ):
        assert kept in made
    assert made.index("<style>") < made.index("</head>")


def test_every_page_that_is_built_opens_offline_with_marks_of_what_passed(folder, keep):
    keep(found=judged(2, 5, 1))
    first = data_docs.build(folder)
    everything = [*pages(folder), *pages(folder, "expectations"), first]
    assert len(everything) == 3
    for path in everything:
        text = path.read_text()
        assert not FETCHED.search(text), path
        assert "<script" not in text
    assert "fa-times::before" in pages(folder)[0].read_text()
    assert 'class="fas fa-times text-danger' in pages(folder)[0].read_text()
