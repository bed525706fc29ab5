"""Shell lines that let other programs use the stores."""

import subprocess

import pytest

from jobs import commands

#: Settings that may hold a password, each with one.
SECRETS = {
    "PUMPLOSS_WARM_DSN": "postgresql://somebody:canary-1@db/pumploss",
    "PUMPLOSS_HOT_URL": "redis://:canary-2@cache",
    "MLFLOW_TRACKING_URI": "https://somebody:canary-3@models",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg://somebody:canary-4@db/airflow",
}


def in_a_shell(text, *names):
    """What variables are after a shell has read the lines."""
    asked = "; ".join(f'printf "%s\\n" "${name}"' for name in names)
    done = subprocess.run(["bash", "-c", f"{text}\n{asked}"], capture_output=True, text=True, check=True)
    return dict(zip(names, done.stdout.splitlines(), strict=True))


def test_a_shell_finds_every_store(home, tmp_path, monkeypatch, capsys):
    odd = tmp_path / "a home; with 'signs'"
    monkeypatch.setenv("PUMPLOSS_HOME", str(odd))
    assert commands.main(["env"]) == 0
    found = in_a_shell(capsys.readouterr().out, "PUMPLOSS_HOME", "AIRFLOW_HOME", "MLFLOW_TRACKING_URI", "PGDATABASE")
    assert found == {
        "PUMPLOSS_HOME": str(odd),
        "AIRFLOW_HOME": str(odd / "airflow"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{odd}/mlflow/mlflow.db",
        "PGDATABASE": "pumploss",
    }
    assert (odd / "airflow" / "airflow.cfg").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", SECRETS)
def test_no_password_is_printed(home, monkeypatch, capsys, name):
    for variable, value in SECRETS.items():
        monkeypatch.setenv(variable, value)
    assert commands.main(["env"]) == 0
    printed = capsys.readouterr().out
    assert "canary" not in printed
    assert name not in printed
