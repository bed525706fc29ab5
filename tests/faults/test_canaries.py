"""Secrets that nobody may find again: planted in every setting that can hold one, searched in all that was written.

Each command fails because of the setting that it is about, in the library that first uses it.
"""

import json
import os
import subprocess
import sys
from dataclasses import fields
from urllib.parse import quote

from pumploss.settings import ROOT, Settings
from tests.building import forks, lakes
from tests.building.three_days import DAYS

#: Signs that have to be encoded, and that people forget to encode.
SECRET = "c4nary/Gnu@Lynx#9 %7"
ENCODED = quote(SECRET, safe="")
#: Cut into more pieces than anybody counts.
LONG = "/".join(f"c4naryKey{number}" for number in range(20))
#: What must not be found: each piece tells that a part of the secret was written.
PIECES = ("c4nary", "Gnu@Lynx", "Gnu%40Lynx", "Lynx#9", "AKIACANARY", "c4naryKey")

#: Secrets of libraries, set for every command.
ALWAYS = {
    "AWS_ACCESS_KEY_ID": "AKIACANARY0000000001",
    "AWS_SECRET_ACCESS_KEY": "c4naryKey/abcdefghijklmnop",
    "AWS_REGION": "us-east-1",
    "MLFLOW_TRACKING_PASSWORD": "c4naryKey-of-mlflow",
    "OPENLINEAGE_API_KEY": "c4naryKey-of-lineage",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20c4naryKey-of-otlp,c4naryKey-of-no-name",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization: Bearer c4naryKey-of-traces",
    "AWS_ENDPOINT_URL": f"http://me:{SECRET}@127.0.0.1:1",
    "AIRFLOW_CONN_LAKE": f"postgresql://me:{ENCODED}@127.0.0.1:1/lake",
}
DAY = DAYS[-1].isoformat()
WARM, HOT, GOLD = ("run", "publish_warm", "--day", DAY), ("run", "publish_hot", "--day", DAY), ("losers",)

#: Variable, value, and what is then tried; nothing listens on port 1.
PLANTED = (
    ("PUMPLOSS_WARM_DSN", f"postgresql://me:{SECRET}@127.0.0.1:1/db", WARM),
    ("PUMPLOSS_WARM_DSN", f"postgresql://me:{ENCODED}@127.0.0.1:1/db", WARM),
    ("PUMPLOSS_WARM_DSN", f"postgresql://me:{SECRET}@127.0.0.1:1/db", GOLD),
    ("PUMPLOSS_WARM_DSN", f"host=127.0.0.1 port=1 user=me password='{SECRET}'", WARM),
    ("PUMPLOSS_WARM_DSN", f"host=127.0.0.1 port=1 user=me password={SECRET}", GOLD),
    ("PUMPLOSS_WARM_DSN", f"postgresql://me:{LONG}@127.0.0.1:1/db", WARM),
    ("PUMPLOSS_WARM_DSN", f"postgresql://me@127.0.0.1:1/db?pass={ENCODED}&scram_client_key={ENCODED}", WARM),
    ("PUMPLOSS_WARM_DSN", f"host=127.0.0.1 port=1 user=me scram_server_key='{SECRET}'", WARM),
    ("PUMPLOSS_WARM_READ_DSN", f"postgresql://me:{SECRET}@127.0.0.1:1/db", GOLD),
    ("PUMPLOSS_HOT_URL", f"redis://:{ENCODED}@127.0.0.1:1/0", HOT),
    ("PUMPLOSS_HOT_URL", f"redis://me:{SECRET}@127.0.0.1:1/0", HOT),
    ("PUMPLOSS_HOT_URL", f"redis+cluster://me:{ENCODED}@127.0.0.1:1,127.0.0.1:2", HOT),
    ("PUMPLOSS_HOT_URL", f"http://me:{ENCODED}@127.0.0.1:1/0", HOT),
    ("PUMPLOSS_HOT_URL", f"redis://:{ENCODED}@127.0.0.1:port/0", ("run", "materialize_features", "--day", DAY)),
    ("PUMPLOSS_HOT_URL", f"redis://127.0.0.1:1/0?pass={ENCODED}", HOT),
    ("PUMPLOSS_HOT_URL", f"redis://127.0.0.1:1/0?password={ENCODED}", HOT),
    ("PUMPLOSS_HOT_URL", f"redis://{SECRET}@127.0.0.1:1/0", HOT),
    ("SPARK_REMOTE", f"http://127.0.0.1:1/;token={ENCODED}", ("run", "silver_trades", "--day", DAY)),
    ("SPARK_REMOTE", f"sc://127.0.0.1:1/path;token={ENCODED}", ("run", "silver_trades", "--day", DAY)),
    ("MLFLOW_TRACKING_URI", f"mysql+nothing://me:{ENCODED}@127.0.0.1:1/db", ("run", "gold_scores", "--day", DAY)),
    ("MLFLOW_TRACKING_URI", f"mysql+nothing://127.0.0.1:1/db?password={ENCODED}", ("run", "gold_scores", "--day", DAY)),
    ("MLFLOW_TRACKING_URI", f"postgresql+nothing://me:{LONG}@127.0.0.1:1/db", ("run", "gold_scores", "--day", DAY)),
    ("MLFLOW_TRACKING_URI", "https://c4naryKey1/c4naryKey2@127.0.0.1:1", ("run", "gold_scores", "--day", DAY)),
    (
        "MLFLOW_TRACKING_URI",
        f"postgresql://me:{SECRET}@127.0.0.1:1/db",
        ("run", "gold_scores", "--day", DAY),
    ),  # asks for two minutes
    ("PUMPLOSS_ALERT_URLS", f"json://127.0.0.1:1/hook json://me:{ENCODED}@127.0.0.1:1/{ENCODED}", ("alert", "--test")),
    ("PUMPLOSS_ALERT_URLS", f"json://me:{SECRET}@127.0.0.1:1/hook", ("alert", "--test")),
    ("PUMPLOSS_ALERT_URLS", f"nothing://{ENCODED}/{ENCODED}", ("alert", "--test")),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://me:{ENCODED}@127.0.0.1:1", ("run", "silver_trades", "--day", DAY)),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:1/?password={ENCODED}", ("run", "silver_trades", "--day", DAY)),
    ("OPENLINEAGE_URL", f"http://me:{ENCODED}@127.0.0.1:1", ("run", "silver_trades", "--day", DAY)),
    ("PUMPLOSS_EXPORTS", f"ftp://me:{ENCODED}@127.0.0.1:1/exports", ("status",)),
    ("PUMPLOSS_LAKE", f"ftp://me:{ENCODED}@127.0.0.1:1/lake", ("status",)),
    ("PUMPLOSS_LANDING", f"ftp://me:{ENCODED}@127.0.0.1:1/landing", ("run", "bronze_trades", "--day", DAY)),
)
#: Who is only told of a run cannot make it fail.
LISTENERS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OPENLINEAGE_URL")


def tried(words, home, is_forked=False, **planted):
    """Exit code and output of a command, whose process loads the libraries itself if it is not forked."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PUMPLOSS_", "SPARK_"))}
    environment = {**kept, **ALWAYS, "PUMPLOSS_HOME": str(home), **planted}
    environment.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # seven take four minutes
    command = ["-m", "jobs", *words]
    if is_forked:
        done = forks.run(command, environment)
    else:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr


def leaks(text):
    return [piece for piece in PIECES if piece.lower() in text.lower()]


def written(home, since):
    """Every file below a home that was written since, with what it holds."""
    for path in home.rglob("*"):
        if path.is_file() and path.stat().st_mtime_ns >= since:
            yield path, path.read_bytes().decode("latin-1")


def test_every_setting_that_may_hold_a_secret_is_planted():
    assert {name for name, _, _ in PLANTED} == {
        setting.metadata["variable"] for setting in fields(Settings) if setting.metadata["is_address"]
    }


def test_no_secret_is_printed_or_kept(trial, request):
    """The first case of each setting; all of them in the long form.

    The secrets that are set for every command are there while the libraries load once, and always in the long form.
    """
    named, is_long = set(), bool(request.config.getoption("--rounds"))
    for number, (variable, value, words) in enumerate(PLANTED):
        if variable in named and not is_long:
            continue
        is_forked = bool(named) and not is_long
        named.add(variable)
        home = trial(number)
        since = home.stat().st_ctime_ns
        code, output = tried(words, home, is_forked, **{variable: value})
        assert code == (0 if variable in LISTENERS else 1), output
        assert variable not in LISTENERS or f"{variable} did not take" in " ".join(output.split()), output
        assert leaks(output) == [], output
        with lakes.opened(home) as context:  # without the setting: nothing knows the secret any more
            assert leaks(str(context.ledger.frame().to_dicts())) == []
        assert [(path, leaks(text)) for path, text in written(home, since) if leaks(text)] == []


def test_status_shows_addresses_without_secrets(tmp_path):
    planted = {variable: value for variable, value, _ in reversed(PLANTED) if not value.startswith("ftp:")}
    code, said = tried(("status", "--json"), tmp_path, **planted)
    assert code == 1, "nothing has landed there"
    assert "Nothing is there" in said
    assert leaks(said) == [], said
    assert "***" in json.loads(said)["stores"]["warm"]["address"]
