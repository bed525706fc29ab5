"""What a verification finds."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: where, what, and what to do about it.

    `mend` does it, where this machine can; it answers what it did, and raises PumpLossError where it could not.
    """

    where: str
    what: str
    advice: str
    mend: Callable[[], str] | None = field(default=None, compare=False)

    def sentence(self) -> str:
        """Says it in words."""
        return f"{self.where}: {self.what.rstrip('.')}. {self.advice}"
