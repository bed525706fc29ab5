"""Says which commit of a local Delta log is torn, and how to get over it; a log on S3 is named as a whole."""

import json
from pathlib import Path

from pumploss.errors import LakeError


def unreadable_log(table: str, cause: str) -> LakeError:
    """Make the error of a log that cannot be opened, with the commit at fault where one can be told."""
    reason = cause.partition("\n")[0]
    torn = _torn_commit(Path(table)) if "://" not in table else None
    if torn is None:
        return LakeError(
            f"The log {table}/_delta_log cannot be read: {reason}. Put the folder {table} back from a backup; without "
            "one, move it away: `pumploss nightly` builds its days again."
        )
    return _at_fault(torn, reason)


def refuse_empty_commit(table: str, version: int) -> None:
    """Raise LakeError where the latest commit is an empty file: it would count as a version that changed nothing."""
    commit = Path(table) / "_delta_log" / f"{version:020}.json"
    if "://" not in table and commit.exists() and commit.stat().st_size == 0:
        raise _at_fault(commit, "it is empty")


def _at_fault(commit: Path, reason: str) -> LakeError:
    return LakeError(
        f"{commit} is half a commit ({reason}), as a full disk or a power cut leaves it. Put it back from a backup, or "
        "delete it and everything of a higher number beside it: the table is then as of version "
        f"{int(commit.stem) - 1}. Then run the days again that were written since; `pumploss status` names them."
    )


def _torn_commit(table: Path) -> Path | None:
    """Find the first commit that is no JSON, or empty."""
    for commit in sorted((table / "_delta_log").glob("[0-9]*.json")):
        try:
            lines = commit.read_text(encoding="utf-8").splitlines()
            if not lines or not all(isinstance(json.loads(line), dict) for line in lines):
                return commit
        except (ValueError, OSError):
            return commit
    return None
