"""One thing that waits for a person."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Need:
    """Says what it is, of which day, and where the runbook goes on; a `cause` is told once.

    `kind` is one of `landing`, `late`, `failed`, `gate`, `missing`, `stale`, `unpublished`, `stale_store`, `model`,
    `differs`.
    """

    kind: str
    subject: str
    day: date | None
    text: str
    runbook: str

    @property
    def cause(self) -> str:
        """Name the cause: the same again, however it is worded, is not told again."""
        return " ".join([self.kind, self.subject, str(self.day or "-")])

    def sentence(self) -> str:
        """Say it in one paragraph, with what to do."""
        return f"{self.text.rstrip('.')}. {self.runbook}"
