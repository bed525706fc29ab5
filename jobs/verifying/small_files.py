"""The small files of a home that a run can do without, or makes anew: what is wrong with them is found here."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

from jobs.reporting import site
from jobs.running.context import Context
from jobs.verifying.finding import Finding
from pumploss import export_index
from pumploss.bound_landing import NOTE
from pumploss.checks import data_docs
from pumploss.errors import DamagedFileError
from pumploss.lake import owner, run_folders
from pumploss.whole_files import dropped, is_local
from simulator.ownership import refuse_torn


def of_small_files(context: Context) -> Iterator[Finding]:
    """Looks at the folders of runs, and reads the notes of the lake's landing and of a simulated market, the figures of
    the report and the index of exports. Manifests of segments are looked at with the segments, the note of erasures
    with the erasures.
    """
    yield from _of_run_folders(context)
    yield from _of_landing(context)
    try:
        refuse_torn(context.settings.landing)
    except DamagedFileError as error:
        yield _finding("simulated market", error)
    for day, torn in site.torn(site.folder_of(context.settings)).items():
        yield _of_figures(context, day, torn)
    for path in data_docs.torn(context.settings.data_docs_dir):
        yield _of_result(path)
    yield from _of_exports(context)


def _finding(where: str, error: DamagedFileError, mend: Callable[[], str] | None = None) -> Finding:
    return Finding(where, error.what, error.repair.rstrip("."), mend)


def _of_run_folders(context: Context) -> Iterator[Finding]:
    for path, error in run_folders.misplaced(Path(context.lake.root)) if is_local(context.lake.storage) else ():
        yield _finding("folders of runs", error, partial(_dropped, path))


def _dropped(path: Path) -> str:
    dropped(path)
    return "it is deleted"


def _of_landing(context: Context) -> Iterator[Finding]:
    lake = context.lake

    def mend() -> str:
        return f"the lake is bound to {owner.restore(lake)}"

    try:
        what = owner.disproved(lake)
    except DamagedFileError as error:
        yield _finding("landing of the lake", error, mend)
        return
    if what is not None:
        advice = "`pumploss verify --repair` has it name what the ledger says; dumps that moved take `pumploss rebind`"
        yield Finding("landing of the lake", f"{lake.root}/{NOTE} says otherwise: {what}", advice, mend)


def _of_figures(context: Context, day: date, error: DamagedFileError) -> Finding:
    def mend() -> str:
        return f"{len(site.write(context, [day]))} page is made again"

    return _finding("report", error, mend)


def _of_result(path: Path) -> Finding:
    def mend() -> str:
        dropped(path)
        return "it is deleted"

    advice = "Delete it: only the Data Docs of that night show it, and a table that is judged again has a new one"
    return Finding("Data Docs", f"{path} is damaged", advice, mend)


def _of_exports(context: Context) -> Iterator[Finding]:
    settings = context.settings
    if "://" in settings.exports_root or (error := export_index.torn(Path(settings.exports_root))) is None:
        return
    index = Path(settings.exports_root) / export_index.INDEX

    def mend() -> str:
        index.unlink()
        return "it is deleted, and the next night writes it again"

    is_ours = settings.exports is None and index.is_file()
    yield _finding("exports", error, mend if is_ours else None)
