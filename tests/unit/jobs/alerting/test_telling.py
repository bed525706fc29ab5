"""People are told each cause once, by a real message, and nothing that a receiver does is in the way of a night."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs import commands
from jobs.alerting import sending
from jobs.alerting.needs import needs
from jobs.alerting.telling import days_of, tell, tell_quietly
from jobs.running.context import open_context
from pumploss import clock
from pumploss.redaction import redacted
from pumploss.settings import as_environment, from_environment
from tests.building.receivers import receiver
from tests.building.said_rows import said
from tests.building.three_days import D2, D3

KINDS = {"landing", "late", "failed", "gate", "missing", "stale", "unpublished", "stale_store", "model", "differs"}


@pytest.fixture
def listening(troubled, told, monkeypatch):
    """The troubled lake two days later, with a receiver and an hour that is always over."""
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    settings = replace(troubled.settings, alert_urls=told.address, publish_by="00:00")
    with open_context(settings) as context:
        yield context


def test_every_kind_of_cause_is_told_exactly_once(listening, told):
    waiting = {need.cause for need in needs(listening, days_of(listening))}
    sent = tell(listening)
    assert {need.kind for need in sent} == KINDS
    assert {need.cause for need in sent} == waiting
    assert len(told.titles) == len(set(told.titles)) == len(waiting)
    assert tell(listening) == []
    with open_context(listening.settings) as another_process:
        assert tell(another_process) == []
    assert len(told.messages) == len(waiting)
    (failed,) = [message for message in told.messages if message["title"].endswith(f"failed, silver_trades, {D2}")]
    assert "disk full" in failed["message"]
    assert "docs/operations.md" in failed["message"]


def test_a_rerun_that_fails_again_is_no_news_and_another_day_is(listening, told):
    tell(listening)
    before = len(told.messages)
    said(listening, "silver_trades", "failed", D2, error="disk full, once more")
    assert tell(listening) == []
    said(listening, "silver_trades", "failed", D3, error="disk full")
    assert [need.day for need in tell(listening)] == [D3]
    assert len(told.messages) == before + 1


@pytest.mark.parametrize("mood", ["broken", "hanging"])
def test_what_a_receiver_did_not_take_comes_with_the_next_look(listening, told, monkeypatch, mood):
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    spoken = []
    listening.say = spoken.append
    told.mood = mood
    assert tell(listening) == []
    assert sum("did not take" in text for text in spoken) == 1
    assert told.address not in "".join(spoken)
    assert told.reached.wait(60), "it is left alone after the first message"
    told.mood = "kind"
    told.freed.set()
    monkeypatch.setattr(sending, "SECONDS", 15.0)
    assert len(tell(listening)) == len(told.messages) > 0
    assert tell(listening) == []


def test_each_receiver_is_told_once(listening, told):
    with receiver() as other:
        other.mood = "broken"
        both = replace(listening.settings, alert_urls=f"{told.address}, {other.address}")
        with open_context(both) as context:
            tell(context)
            other.mood = "kind"
            tell(context)
        assert sorted(other.titles) == sorted(told.titles)


def test_a_night_goes_on_whatever_is_in_the_way(listening, told):
    for file in (listening.settings.home / "lake" / "run_ledger").rglob("*.parquet"):
        file.write_bytes(b"torn")
    spoken = []
    tell_quietly(listening.settings, spoken.append)
    assert len(spoken) == 1
    assert spoken[0].startswith("Nobody was told what waits for a person: The ledger")
    tell_quietly(replace(listening.settings, alert_urls=None), spoken.append)
    assert len(spoken) == 1, "where nobody is to be told, nothing is looked at"


def test_the_command_tells_and_its_addresses_are_secret(listening, told, monkeypatch, capsys):
    for name, value in as_environment(listening.settings).items():
        monkeypatch.setenv(name, value)
    assert commands.main(["alert"]) == 0
    said_first = capsys.readouterr()
    assert "messages were new" in said_first.out
    assert commands.main(["alert"]) == 0
    assert capsys.readouterr().out == "There was nothing new to tell.\n"
    assert commands.main(["alert", "--test"]) == 0
    assert told.titles[-1] == "Pump Loss: a test"
    told.mood = "broken"
    assert commands.main(["alert", "--test"]) == 1
    ledger = str(listening.ledger.frame().to_dicts())
    for text in (said_first.out, said_first.err, ledger):
        assert "s3cretToken" not in text
    monkeypatch.delenv("PUMPLOSS_ALERT_URLS")
    assert commands.main(["alert"]) == 1
    assert "PUMPLOSS_ALERT_URLS names nobody" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("json://hook.example/deep/t0kenOfPath", "t0kenOfPath"),
        ("mailtos://me:passw0rd@example.com", "passw0rd"),
        ("slack://T0kenA/T0kenB/T0kenC/#general", "T0kenA"),
        ("tgram://b0ttoken/ch4tid", "b0ttoken"),
    ],
)
def test_what_is_secret_of_a_receiver_is_in_no_text(address, secret):
    from_environment({"PUMPLOSS_ALERT_URLS": f"{address} json://127.0.0.1:8000/"})
    assert secret not in redacted(f"could not reach {address}, {secret}")
    assert redacted("http://127.0.0.1:8000/") == "http://127.0.0.1:8000/"
