"""What processes of Airflow are told by variables."""

from dataclasses import replace

from jobs.airflow.environment import environment

OBSERVED = ("AIRFLOW__METRICS__OTEL_ON", "AIRFLOW__TRACES__OTEL_ON")


def test_airflow_tells_the_collector_of_steps_and_only_where_there_is_one(settings, monkeypatch):
    for name in (*OBSERVED, "OTEL_EXPORTER_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    assert not environment(settings).keys() & {*OBSERVED, "OTEL_EXPORTER_OTLP_ENDPOINT"}
    told = environment(replace(settings, otlp_endpoint="http://127.0.0.1:4318"))
    assert [told[name] for name in OBSERVED] == ["True", "True"]
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


def test_what_was_set_by_hand_stays(settings, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "False")
    told = environment(replace(settings, otlp_endpoint="http://127.0.0.1:4318"))
    assert [told[name] for name in OBSERVED] == ["True", "False"]
