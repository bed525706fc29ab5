"""Which home and landing a nightly run uses: simulated and real trades never share a lake."""

import hashlib
from pathlib import Path

from pumploss import engine
from pumploss.lake import Lake
from pumploss.lake.owner import admit, owner
from pumploss.settings import ROOT, Settings, as_environment
from simulator import Market, ownership


def is_landing_given(settings: Settings) -> bool:
    """Whether the landing is somebody's own, and not the folder below `home` that the simulator fills."""
    return settings.landing != str(settings.home / "landing")


def is_home_default(settings: Settings) -> bool:
    """Whether nobody chose where the stores are, so that we may choose."""
    return settings.home == (ROOT / "var").resolve() and settings.is_lake_default


def for_landing(settings: Settings) -> Settings:
    """Answers these settings, or those of a home of its own where the default lake belongs to another landing.

    Raises LakeError where the lake belongs to another landing and somebody chose its address.
    """
    claimed = lake(settings)
    if owner(claimed) in (None, settings.landing):
        return settings
    if not is_home_default(settings):
        admit(claimed, settings.landing)
    return settings.below(own_home(settings.home, settings.landing), settings.landing)


def for_market(settings: Settings, market: Market) -> Settings:
    """Answers these settings, or those of a home of its own where the default one holds other dumps or their lake.

    Where somebody chose the home it is kept. Raises LakeError where its lake is then another landing's, and
    DamagedFileError where what the landing says of its market cannot be read.
    """
    ownership.refuse_torn(settings.landing)
    claimed = lake(settings)
    is_ours = owner(claimed) in (None, settings.landing)
    if not is_home_default(settings) and not is_ours:
        admit(claimed, settings.landing)
    if not is_home_default(settings) or (is_ours and has_room(settings.landing, market)):
        return settings
    home = settings.home / "landings" / f"market-{ownership.digest(market)}"
    return settings.below(home, str(home / "landing"))


def has_room(landing: str, market: Market) -> bool:
    """Whether a landing is empty, or holds a market of this kind, which goes on."""
    return ownership.is_empty(landing) or ownership.begun(landing, market) is not None


def own_home(home: Path, landing: str) -> Path:
    """Answers the home of a landing, named so that people recognise it."""
    name = landing.rstrip("/").rsplit("/", 1)[-1]
    return home / "landings" / f"{name}-{hashlib.sha256(landing.encode()).hexdigest()[:8]}"


def exports(settings: Settings) -> str:
    """Writes the shell line after which every command uses these settings."""
    variables = as_environment(settings)
    names = ["PUMPLOSS_HOME", *(["PUMPLOSS_LANDING"] if is_landing_given(settings) else [])]
    return f"export {' '.join(f'{name}={variables[name]}' for name in names)}"


def lake(settings: Settings) -> Lake:
    """Opens the lake of these settings, without an engine until rows are read."""
    return Lake(settings.lake, lambda: engine.session(settings))
