"""Which steps a command runs."""

from jobs.commands.parser import ALL
from jobs.commands.run_steps import chosen
from jobs.pipeline import STEPS, Cadence


def test_steps_come_in_pipeline_order_and_all_trains_only_what_is_missing():
    assert [step.name for step, _ in chosen(["publish_hot", "bronze_trades"])] == ["bronze_trades", "publish_hot"]
    everything = chosen([ALL])
    assert [step for step, _ in everything] == list(STEPS)
    assert {step.name for step, options in everything if options} == {
        s.name for s in STEPS if s.cadence is Cadence.WEEKLY
    }
    assert chosen(["train_risk_model"])[0][1] == {}
    assert chosen(["train_risk_model"], if_missing=True)[0][1] == {"if_missing": True}
