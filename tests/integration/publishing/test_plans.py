"""The page of plans says what PostgreSQL does."""

from benchmarks import plans
from pumploss.settings import ROOT

PAGE = ROOT / "docs" / "plans.md"


def test_the_page_has_the_plans_of_today_and_none_reads_a_table_whole() -> None:
    found = "\n".join(plans.run()) + "\n"
    assert "Seq Scan" not in found
    assert PAGE.read_text(encoding="utf-8") == found, "run `python -m benchmarks plans > docs/plans.md`"
