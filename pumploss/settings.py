"""Where everything lives: the only module that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pumploss.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """Addresses of the engine and of every store; what is None is embedded and started on demand below `home`."""

    home: Path
    lake: str
    landing: str
    tracking_uri: str
    warm_dsn: str | None = None
    hot_url: str | None = None
    spark_remote: str | None = None
    connect_memory: str = "4g"
    #: The run that this process is part of, where a run starts processes: they hold the lake together.
    run: str | None = None

    @property
    def warm_dir(self) -> Path:
        """Data directory of the embedded PostgreSQL."""
        return self.home / "warm"

    @property
    def hot_dir(self) -> Path:
        """Data directory of the embedded Redis."""
        return self.home / "hot"

    @property
    def airflow_home(self) -> Path:
        """Airflow's metadata, logs and generated secrets."""
        return self.home / "airflow"

    @property
    def feast_registry(self) -> Path:
        """Feast's registry, a SQLite file."""
        return self.home / "feast" / "registry.db"

    @property
    def data_docs_dir(self) -> Path:
        """What Great Expectations said of every night, and the web pages of it."""
        return self.home / "data_docs"

    @property
    def is_lake_default(self) -> bool:
        """Whether the lake lies where it does if nobody says otherwise, below `home`."""
        return self.lake == str(self.home / "lake")

    def with_landing(self, landing: str) -> "Settings":
        """Answers the same stores, fed by another landing. Raises SettingsError for an unusable address."""
        return replace(self, landing=_address(landing, "PUMPLOSS_LANDING"))

    def below(self, home: Path, landing: str) -> "Settings":
        """Answers the same settings with every embedded store below another home, fed by another landing."""
        return from_environment(
            {**_given(self), "PUMPLOSS_HOME": str(home), "PUMPLOSS_LANDING": landing, "PUMPLOSS_LAKE": ""}
        )


def _given(settings: Settings) -> dict[str, str]:
    default_tracking = _sqlite(settings.home / "mlflow")
    return {
        "PUMPLOSS_WARM_DSN": settings.warm_dsn or "",
        "PUMPLOSS_HOT_URL": settings.hot_url or "",
        "SPARK_REMOTE": settings.spark_remote or "",
        "PUMPLOSS_SPARK_MEMORY": settings.connect_memory,
        "PUMPLOSS_RUN": settings.run or "",
        "MLFLOW_TRACKING_URI": "" if settings.tracking_uri == default_tracking else settings.tracking_uri,
    }


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def _address(text: str, variable: str) -> str:
    """Makes a local path absolute, and takes the closing slash off an s3 address."""
    if "\0" in text or "\n" in text:
        raise SettingsError(f"{variable} holds a control character: {text!r}. Give a plain path or s3://bucket/prefix.")
    if "://" not in text:
        return str(Path(text).expanduser().resolve())
    if not text.startswith("s3://"):
        raise SettingsError(f"{variable}={text!r}: only local paths and s3://bucket/prefix are understood.")
    return text.rstrip("/")


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads settings from environment variables; empty counts as unset. Raises SettingsError for unusable values."""
    env = os.environ if environment is None else environment
    home = Path(env.get("PUMPLOSS_HOME") or ROOT / "var").expanduser().resolve()
    return Settings(
        home=home,
        lake=_address(env.get("PUMPLOSS_LAKE") or str(home / "lake"), "PUMPLOSS_LAKE"),
        landing=_address(env.get("PUMPLOSS_LANDING") or str(home / "landing"), "PUMPLOSS_LANDING"),
        tracking_uri=env.get("MLFLOW_TRACKING_URI") or _sqlite(home / "mlflow"),
        warm_dsn=env.get("PUMPLOSS_WARM_DSN") or None,
        hot_url=env.get("PUMPLOSS_HOT_URL") or None,
        spark_remote=env.get("SPARK_REMOTE") or None,
        connect_memory=env.get("PUMPLOSS_SPARK_MEMORY") or "4g",
        run=env.get("PUMPLOSS_RUN") or None,
    )


def as_environment(settings: Settings) -> dict[str, str]:
    """Names the variables that make a child process see the same settings."""
    return {
        "PUMPLOSS_HOME": str(settings.home),
        "PUMPLOSS_LAKE": settings.lake,
        "PUMPLOSS_LANDING": settings.landing,
        **{name: value for name, value in _given(settings).items() if value},
    }
