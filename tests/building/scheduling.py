"""Which tests are slow, which share something costly, and which come first.

With `--dist loadscope`, what stands in one entry of `TOGETHER` goes to one process, and every other file is an entry of
its own: what its tests share is made once. xdist's groups are not used, because pytest 9.2 does not heed their marks.
"""

from pathlib import Path, PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parents[1]

#: What starts the engine, servers or processes by itself, imports Feast, or takes long otherwise.
SLOW = (
    "integration",
    "faults",
    "properties",
    "architecture/test_dags",
    "golden/test_fifo_against_rp2",
    "unit/feature_repo",
    "unit/jobs/alerting/test_telling",
    "unit/jobs/commands/test_docs",
    "unit/models/report/test_page",
    "unit/models/scoring/test_reasons",
    "unit/models/shapley/test_splitting",
    "unit/models/test_promotions",
    "unit/models/test_search",
    "unit/models/test_training",
    "unit/pumploss/checks/test_library",
    "unit/pumploss/test_compiled",
    "unit/pumploss/test_engine",
    "unit/simulator/test_measured_answers",
    "unit/simulator/test_measured_market",
)
#: What shares a lake, a server or models.
TOGETHER = (
    (
        "integration/test_nightly",
        "golden/test_content_digests",
        "golden/test_feature_figures",
        "integration/test_notebooks",
        "integration/test_tutorials",
        "integration/test_recomputation",
        "integration/test_pages_in_a_browser",
    ),
    ("integration/test_real_landing", "golden/test_real_digests"),
    ("integration/publishing",),
    ("integration/s3",),
    ("unit/jobs/running",),
    ("unit/dags",),
    ("unit/models",),
    ("unit/pumploss/warm",),
)
#: What takes longest comes first, so that short tests fill up what is left; what is not named comes last.
LONGEST_FIRST = (
    "integration/test_spark_parity",
    *TOGETHER[0],
    "integration/test_spark_cluster",
    *TOGETHER[1],
    "unit/jobs/running",
    "integration",
    "faults",
    "properties",
    "unit/jobs",
)


def _is_in(file: str, places: tuple[str, ...]) -> bool:
    return any(PurePosixPath(file).is_relative_to(place) for place in places)


class ByWhatIsShared(LoadScopeScheduling):  # type: ignore[misc]
    """Gives tests that share something to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/").removesuffix(".py")
        return next((places[0] for places in TOGETHER if _is_in(file, places)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Takes the place of xdist's own `loadscope`."""
    return ByWhatIsShared(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is slow or injects faults, and puts the longest first."""
    for item in items:
        if _is_in(_file(item), ("faults",)):
            item.add_marker(pytest.mark.faults)
        if "spark" in getattr(item, "fixturenames", ()) or _is_in(_file(item), SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: _rank(_file(item)))


def _file(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).with_suffix("").as_posix()


def _rank(file: str) -> int:
    return next((rank for rank, place in enumerate(LONGEST_FIRST) if _is_in(file, (place,))), len(LONGEST_FIRST))
