"""What nobody needs any more beside the tables: stages of killed runs, logs of Airflow, pages of old nights."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from jobs.maintaining.chore import Chore
from jobs.running.context import Context
from pumploss import clock
from pumploss.checks import data_docs
from pumploss.lake.run_folders import STAGES
from pumploss.lake.sweeping import abandoned, in_vain, sweep
from pumploss.whole_files import is_local

#: Logs of Airflow that were last written to longer ago are deleted.
AIRFLOW_DAYS: Final = 30


def stages(context: Context) -> Iterator[Chore]:
    """Find stages of runs that were killed, with what they put below tables in vain; on S3 the bucket's rule does."""
    if not is_local(context.lake.storage):
        return
    folder = Path(context.settings.lake) / STAGES
    if found := abandoned(folder):
        doomed = [*_files_below(found), *(path for stage in found for path in in_vain(stage) if path.exists())]
        yield Chore("stages of killed runs", str(folder), lambda: sweep(folder), _sizes(doomed))


def airflow_logs(context: Context) -> Iterator[Chore]:
    """Find logs of Airflow's tasks and commands that are old."""
    folder = context.settings.airflow_home / "logs"
    limit = clock.now() - timedelta(days=AIRFLOW_DAYS)
    old = [path for path in _files_below([folder]) if _is_older(path, limit)]
    if old:
        yield Chore("logs of Airflow", str(folder), lambda: _delete(folder, old), _sizes(old))


def old_pages(context: Context) -> Iterator[Chore]:
    """Find pages of Data Docs of nights that are not kept any more."""
    folder = context.settings.data_docs_dir
    if old := data_docs.outdated(folder):
        yield Chore("Data Docs of old nights", str(folder), lambda: data_docs.build(folder), _sizes(old))


def _files_below(folders: Iterable[Path]) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _sizes(files: Iterable[Path]) -> Mapping[str, int]:
    return {str(path): path.stat().st_size for path in files}


def _is_older(path: Path, limit: datetime) -> bool:
    return path.stat().st_mtime < limit.timestamp()


def _delete(root: Path, files: Iterable[Path]) -> None:
    """Delete files, and the folders that are empty then."""
    for path in files:
        path.unlink(missing_ok=True)
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
