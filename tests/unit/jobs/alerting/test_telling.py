"""People are told each cause once, by a real message, and nothing that a receiver does is in the way of a night."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobs import commands
from jobs.alerting import sending
from jobs.alerting.needs import needs
from jobs.alerting.sending import named, receivers, send
from jobs.alerting.telling import days_of, tell, tell_quietly
from jobs.monitoring.recorded import latest
from jobs.running.context import open_context
from pumploss import clock
from pumploss.days import shift
from pumploss.errors import SettingsError
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
    sent = tell(listening).sent
    assert {need.kind for need in sent} == KINDS
    assert {need.cause for need in sent} == waiting
    assert len(told.titles) == len(set(told.titles)) == len(waiting)
    assert tell(listening).sent == []
    with open_context(listening.settings) as another_process:
        assert tell(another_process).sent == []
    assert len(told.messages) == len(waiting)
    (failed,) = [message for message in told.messages if message["title"].endswith(f"failed, silver_trades, {D2}")]
    assert "disk full" in failed["message"]
    assert "docs/operations.md" in failed["message"]


def test_a_rerun_that_fails_again_is_no_news_and_another_day_is(listening, told):
    tell(listening)
    before = len(told.messages)
    said(listening, "silver_trades", "failed", D2, error="disk full, once more")
    assert tell(listening).sent == []
    said(listening, "silver_trades", "failed", D3, error="disk full")
    assert [need.day for need in tell(listening).sent] == [D3]
    assert len(told.messages) == before + 1


def test_a_cause_that_was_gone_is_told_again_when_it_comes_back(listening):
    tell(listening)
    cause = f"failed silver_trades {D2}"
    said(listening, "silver_trades", "ok", D2)
    assert cause not in {need.cause for need in tell(listening).sent}
    said(listening, "silver_trades", "failed", D2, error="disk full")
    assert [need.cause for need in tell(listening).sent] == [cause]
    assert tell(listening).sent == []


def test_a_bound_that_held_meanwhile_is_told_again_when_it_breaks(listening):
    tell(listening)
    (broken,) = latest(listening).stops
    said(listening, "gold_monitoring", "ok", D3)
    assert tell(listening).sent == []
    said(listening, "gold_monitoring", "ok", shift(D3, 1), outputs={"gold_monitoring": {"stops": [broken]}})
    assert [need.kind for need in tell(listening).sent] == ["model"]


def test_what_a_look_cannot_see_is_not_taken_as_gone(listening):
    tell(listening)
    landing = Path(listening.settings.landing)
    landing.rename(landing.with_name("away"))
    assert [need.cause for need in tell(listening).sent] == ["landing landing -"]
    landing.with_name("away").rename(landing)
    assert tell(listening).sent == []
    landing.rename(landing.with_name("away"))
    assert [need.cause for need in tell(listening).sent] == ["landing landing -"]


@pytest.mark.parametrize("mood", ["broken", "hanging"])
def test_what_a_receiver_did_not_take_comes_with_the_next_look(listening, told, monkeypatch, mood):
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    spoken = []
    listening.say = spoken.append
    told.mood = mood
    assert tell(listening).sent == []
    assert sum("did not take" in text for text in spoken) == 1
    assert told.address not in "".join(spoken)
    assert told.reached.wait(60), "it is left alone after the first message"
    told.mood = "kind"
    told.freed.set()
    monkeypatch.setattr(sending, "SECONDS", 15.0)
    assert len(tell(listening).sent) == len(told.messages) > 0
    assert tell(listening).sent == []


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
    assert capsys.readouterr().out == "Nothing new was sent.\n"
    assert commands.main(["alert", "--test"]) == 0
    assert told.titles[-1] == "Pump Loss: a test"
    told.mood = "broken"
    capsys.readouterr()
    assert commands.main(["alert", "--test"]) == 1
    said_of_test = capsys.readouterr()
    assert said_of_test.out.startswith("0 of 1 receivers took it.\nreceiver 1 (json) did not: ")
    assert "error=500" in said_of_test.out
    said(listening, "silver_trades", "failed", D3, error="disk full")
    assert commands.main(["alert"]) == 1
    said_last = capsys.readouterr()
    assert "receiver 1 (json) did not take a message: " in said_last.out
    ledger = str(listening.ledger.frame().to_dicts())
    for text in (said_first.out, said_first.err, *said_of_test, *said_last, ledger):
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


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('"json://127.0.0.1:8000/"', "in address 1"),
        ("json://127.0.0.1:8000/ mailtos://me:it's@example.com", "in address 2"),
        ("json://127.0.0.1:8000/a hook", "in address 1"),
        ("ops@example.com json://127.0.0.1:8000/", "before the first address"),
    ],
)
def test_an_address_that_would_not_be_read_as_meant_is_refused(text, where):
    with pytest.raises(SettingsError, match=where) as refused:
        receivers(text)
    assert "8000" not in str(refused.value)


def test_a_scheme_that_is_unknown_is_named():
    addresses = ["nothing://t0kenA/t0kenB", "mailto://"]
    outcomes = send(addresses, "title", "body")
    assert outcomes[addresses[0]] == "Apprise knows no nothing://"
    assert outcomes[addresses[1]] == "the address is none that mailto:// can be sent to"
    assert named(addresses, addresses[1]) == "receiver 2 (mailto)"


def test_nobody_is_kept_from_a_night_by_addresses_that_cannot_be_read(settings):
    spoken = []
    tell_quietly(replace(settings, alert_urls="'json://127.0.0.1:8000/'"), spoken.append)
    assert len(spoken) == 1
    assert "PUMPLOSS_ALERT_URLS has a quote" in spoken[0]
