"""An erasure that was not finished is said, and its days are nobody else's to repair."""

from datetime import date

from jobs import commands
from jobs.commands.status import status
from jobs.verifying.erasures import is_being_erased, of_erasures
from pumploss.lake.tombstones import Tombstones
from tests.building import nights

ANN = [b"ann", bytes(range(32))]
DAY = date(2026, 1, 5)


def test_an_unfinished_erasure_is_said_until_it_is_finished(context, capsys):
    stones = Tombstones(context.lake, context.settings.home)
    erasure = stones.begin(ANN)
    erasure.touch("silver_trades", [DAY.isoformat()])
    stones.keep(erasure)
    said = (
        f"erasures: an erasure begun at {erasure.begun_at[:16]} is unfinished. "
        "Run `pumploss erase` with the same address again; its days are left alone until then"
    )
    assert [finding.sentence() for finding in of_erasures(context)] == [said]
    assert all(finding.mend is None for finding in of_erasures(context))
    assert is_being_erased(context, "silver_trades", DAY)
    assert not is_being_erased(context, "gold_scores", DAY)
    assert status(context.settings)["erasures"] == [said]
    with nights.environment_of(context.settings.home):
        assert commands.main(["status"]) == 1
    assert said in capsys.readouterr().out
    erasure.is_done = True
    stones.keep(erasure)
    assert list(of_erasures(context)) == []
    assert not is_being_erased(context, "silver_trades", DAY)
