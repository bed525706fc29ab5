"""What a page says of the run that made its night."""

from jobs.reporting.run_parts import verdict


def test_steps_that_were_skipped_are_no_steps_that_ended_well():
    def said(*statuses):
        ended = [{"step": f"step_{number}", "status": status} for number, status in enumerate(statuses)]
        return verdict(ended, [])

    assert said("ok", "ok")["said"] == "All 2 steps ended well."
    assert said("ok", "skipped") == {
        "is_well": True,
        "said": "1 of 2 steps ended well.",
        "words": "step_1 had nothing to do, or to do it with.",
    }
    assert said("failed", "skipped")["said"] == "1 of 2 steps failed."
