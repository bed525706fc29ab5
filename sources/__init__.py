"""Source formats, found by looking: a module of this package that defines `SOURCE` is a source.

Where do I go to add one? Write `sources/<name>.py` as `pumpfun_api.py`, the plainest of its neighbours, is written; the
landing folder `<name>/` is then read, and nothing else needs to know.
"""

from importlib import import_module
from pkgutil import iter_modules

from pumploss.errors import SourceError
from sources.declaration import Arrival, Source


def _declared() -> dict[str, Source]:
    """Collects every source that a module declares, in alphabetical order."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    sources: list[Source] = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {declared.name: declared for declared in sorted(sources, key=lambda declared: declared.name)}


#: Every known source by name.
SOURCES = _declared()


def source(name: str) -> Source:
    """Answers the source of that name; raises SourceError that lists the known ones."""
    if name not in SOURCES:
        raise SourceError(f"no source is called {name!r}; known: {', '.join(SOURCES)}")
    return SOURCES[name]


def arriving(arrival: Arrival) -> list[str]:
    """Lists the names of the sources that arrive in this way, in alphabetical order."""
    return [name for name, declared in SOURCES.items() if declared.arrival is arrival]
