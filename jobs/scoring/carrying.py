"""Says where a risk that serves answers by another loss model than nights do: who loads it gets what it carries."""

from jobs.scoring.versions import LOSS, RISK
from models import pairing
from models.registry import Registry


def notes(registry: Registry) -> list[str]:
    """Says so of the champions, in a sentence; nothing where they go together."""
    loss, risk = registry.version(LOSS), registry.version(RISK)
    if risk is None:
        return []
    carried = pairing.carried(registry, RISK, risk)
    if carried == loss and loss is not None:
        return []
    if carried is None:
        said = (
            f"{RISK} version {risk} carries no {LOSS}, since none served when it was trained: who loads it from the "
            "registry gets the chance of a severe loss, score, band and reasons alone. The next training mends it."
        )
        return [said]
    serves = f"while version {loss} serves" if loss else "and none serves"
    said = (
        f"{RISK} version {risk} carries {LOSS} version {carried}, {serves}: nights score by who serves, who loads it "
        "from the registry gets what it carries. The next training mends it."
    )
    return [said]
