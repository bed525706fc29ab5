"""Which steps earlier days are built by."""

from jobs.running import nightly


def test_every_table_that_needs_no_model_is_built_for_earlier_days():
    names = [step.name for step in nightly.DATA_STEPS]
    assert names[0] == "bronze_trades"
    assert names[-1] == "gold_labels"
    assert "gold_scores" not in names
