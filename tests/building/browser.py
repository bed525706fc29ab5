"""A browser without a window, and what it saw of a page: whom it asked, what it complained of, what is hard to read."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

#: What browsers of this kind are called on PATH.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), None)
LACKING = f"none of {', '.join(NAMES)} is on PATH: install Chromium (Debian: apt-get install chromium)"

#: Quiet: nothing but pages asks for anything, so that whatever is asked for was asked by a page.
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@dataclass(frozen=True)
class Screen:
    """Names a window: its size in CSS pixels, whether it is a phone's, and the colours that its owner prefers."""

    name: str
    width: int
    height: int
    scheme: str

    @property
    def is_phone(self) -> bool:
        """Tells whether it is held in a hand: pages are then laid out by their `viewport`."""
        return self.width < 600


SCREENS = [
    Screen(f"{name}_{scheme}", width, height, scheme)
    for name, width, height in (("phone", 390, 844), ("desktop", 1280, 800))
    for scheme in ("light", "dark")
]


@dataclass
class Seen:
    """Collects what a page did while it was open."""

    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self, *hosts: str) -> list[str]:
        """Lists what was asked of others than these `host:port`; files and what stands in the page ask nobody."""
        return [url for url in self.asked if urlsplit(url).netloc not in ("", *hosts)]


@contextmanager
def browser() -> Iterator[Browser]:
    """Starts the browser of this machine, and ends it."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=PROGRAM, args=list(_QUIET))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(started: Browser, screen: Screen) -> Iterator[tuple[Page, Seen]]:
    """Opens an empty page in a window of its own, and listens to all that it does."""
    context = started.new_context(
        viewport={"width": screen.width, "height": screen.height},
        is_mobile=screen.is_phone,
        has_touch=screen.is_phone,
        color_scheme=screen.scheme,  # type: ignore[arg-type]
    )
    seen = Seen()
    context.on("request", lambda request: seen.asked.append(request.url))
    context.on("requestfailed", lambda request: seen.complaints.append(f"no answer: {request.url}"))
    context.on(
        "response", lambda got: seen.complaints.append(f"{got.status}: {got.url}") if got.status >= 400 else None
    )
    context.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda raised: seen.complaints.append(str(raised.error)))
    try:
        yield context.new_page(), seen
    finally:
        context.close()


def width_of(page: Page) -> int:
    """Measures how wide the page's content is, in CSS pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def charts_of(page: Page) -> list[Any]:
    """Measures every picture: width, height, and of a drawing how many lines and areas are seen."""
    found: list[Any] = page.evaluate(_CHARTS)
    return found


_CHARTS = """() => [...document.querySelectorAll('section svg, canvas, main img')].map(one => {
    const box = one.getBoundingClientRect();
    const drawn = [...one.querySelectorAll('path, use')].filter(part => {
        const size = part.getBoundingClientRect();
        return size.width + size.height > 0 && getComputedStyle(part).visibility === 'visible';
    });
    return {width: box.width, height: box.height, drawn: one.tagName === 'svg' ? drawn.length : one.naturalWidth};
})"""


def faint(page: Page, least: float = 4.5) -> list[str]:
    """Lists texts whose contrast to what is behind them is below the least that WCAG 2 (AA) asks for small letters."""
    found: list[str] = page.evaluate((Path(__file__).parent / "contrast.js").read_text(encoding="utf-8"), least)
    return found
