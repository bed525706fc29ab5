"""Models that the gate refused and nobody ever let serve: kept as evidence for a while, then dropped."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from jobs.maintaining.chore import Chore
from jobs.maintaining.pins import scored_days
from jobs.running.context import Context
from jobs.scoring.versions import LOSS, RISK
from models.dropping import drop, folders, rejected
from models.registry import Registry
from pumploss import clock

#: Days that a refused version stays as evidence.
REJECTED_DAYS: Final = 90


def rejected_models(context: Context) -> Iterator[Chore]:
    """Find refused versions that are older than that, and that neither a score nor an alias names.

    Those that served stay, whoever promoted them: scores name them, and there is a way back to them.
    """
    registry, scored = Registry(context.settings), scored_days(context)
    before = clock.now() - timedelta(days=REJECTED_DAYS)
    found = [
        one for name in (LOSS, RISK) for one in rejected(registry, name, before) if not scored[name, str(one.version)]
    ]
    for number, one in enumerate(found):
        # Rows that two of them share go with the later one.
        gone, where = found[: number + 1], f"{one.name} version {one.version}"
        files = [path for folder in folders(registry, one, gone) for path in folder.rglob("*") if path.is_file()]
        more = f"the gate refused it: {one.tags['gate'].partition(';')[0]}"
        yield Chore("refused models", where, partial(drop, registry, one, gone), _sizes(files), more=more)


def _sizes(files: list[Path]) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in files}
