"""Where everything lives: the only module that reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pumploss import redaction, secret_parts
from pumploss.addresses import exports_place, home_place, place, redis_address
from pumploss.bound_landing import bound_landing
from pumploss.given_values import ROWS_AT_ONCE, as_minutes, horizon, hour, minutes, rows_at_once

ROOT = Path(__file__).resolve().parents[1]

#: Several addresses in one, of which most are secrets as a whole.
ALERT_URLS = "PUMPLOSS_ALERT_URLS"


def _variable(name: str, meaning: str, *, is_address: bool = False) -> dict[str, object]:
    """Says which variable a setting comes from, what it means, and whether it is an address (with a password)."""
    return {"variable": name, "meaning": meaning, "is_address": is_address}


def _optional(name: str, meaning: str, *, is_address: bool = False, **given: Any) -> Any:
    """Declares a setting that may be unset."""
    return field(default=None, metadata=_variable(name, meaning, is_address=is_address), **given)


@dataclass(frozen=True)
class Settings:
    """Addresses of the engine and of every store; what is None is embedded and started on demand below `home`."""

    home: Path = field(
        metadata=_variable("PUMPLOSS_HOME", "folder of everything embedded; `var` of the checkout if unset")
    )
    lake: str = field(
        metadata=_variable("PUMPLOSS_LAKE", "the Delta lake: a folder or `s3://bucket/prefix`", is_address=True)
    )
    landing: str = field(
        metadata=_variable(
            "PUMPLOSS_LANDING",
            "the dumps: a folder or `s3://bucket/prefix`; if unset those that the lake is of",
            is_address=True,
        )
    )
    tracking_uri: str = field(
        metadata=_variable("MLFLOW_TRACKING_URI", "the model registry: SQLite or an MLflow server", is_address=True)
    )
    warm_dsn: str | None = _optional(
        "PUMPLOSS_WARM_DSN", "PostgreSQL, with or without TimescaleDB; or embedded", is_address=True
    )
    warm_read_dsn: str | None = _optional(
        "PUMPLOSS_WARM_READ_DSN",
        "PostgreSQL for consumers, such as standbys; if unset that of `PUMPLOSS_WARM_DSN`",
        is_address=True,
    )
    hot_url: str | None = _optional(
        "PUMPLOSS_HOT_URL", "Redis, of a cluster `redis+cluster://host:port,host:port`; or embedded", is_address=True
    )
    exports: str | None = _optional(
        "PUMPLOSS_EXPORTS", "boards as static pages: a folder or `s3://bucket/prefix`", is_address=True
    )
    spark_remote: str | None = _optional(
        "SPARK_REMOTE", "`local[*]` or `sc://host:15002`; or embedded", is_address=True
    )
    connect_memory: str = field(
        default="4g", metadata=_variable("PUMPLOSS_SPARK_MEMORY", "memory of an Apache Spark that a run starts itself")
    )
    rows_at_once: int = field(
        default=ROWS_AT_ONCE,
        metadata=_variable(
            "PUMPLOSS_ROWS_AT_ONCE", "rows of a day that are sorted together: up to 1.2 GB of memory for each million"
        ),
    )
    run: str | None = _optional(
        "PUMPLOSS_RUN", "set by a run for processes that it starts: they hold the lake together"
    )
    #: What `features.labels` took at its import, so that child processes take it too.
    horizon_days: int = field(
        default=7, metadata=_variable("PUMPLOSS_HORIZON_DAYS", "days for which outcomes are watched: 1, 7 or 30")
    )
    alert_urls: str | None = _optional(
        "PUMPLOSS_ALERT_URLS", "Apprise addresses of who is told what waits for a person", is_address=True
    )
    publish_by: str | None = _optional("PUMPLOSS_PUBLISH_BY", "time of day (UTC) by which a night is to be published")
    otlp_endpoint: str | None = _optional(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OpenTelemetry collector (OTLP over HTTP) of steps' spans and metrics",
        is_address=True,
    )
    lineage_url: str | None = _optional(
        "OPENLINEAGE_URL", "OpenLineage server of what steps read and wrote", is_address=True
    )
    lineage_key: str | None = _optional("OPENLINEAGE_API_KEY", "key that this server asks for, if any", repr=False)
    search_minutes: float = field(
        default=0.0,
        metadata=_variable(
            "PUMPLOSS_SEARCH_MINUTES", "minutes for which each training searches for better trees; not at all if unset"
        ),
    )

    @property
    def warm_dir(self) -> Path:
        """Data directory of the embedded PostgreSQL."""
        return self.home / "warm"

    @property
    def hot_dir(self) -> Path:
        """Data directory of the embedded Redis."""
        return self.home / "hot"

    @property
    def exports_root(self) -> str:
        """Where boards are exported to: a folder, `exports` below `home` unless it is said, or `s3://bucket/prefix`."""
        return self.exports or str(self.home / "exports")

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
        return replace(self, landing=place(landing, "PUMPLOSS_LANDING"))

    def below(self, home: Path, landing: str) -> "Settings":
        """Answers the same settings with every embedded store below another home, fed by another landing."""
        return from_environment(
            {**_given(self), "PUMPLOSS_HOME": str(home), "PUMPLOSS_LANDING": landing, "PUMPLOSS_LAKE": ""}
        )


def _given(settings: Settings) -> dict[str, str]:
    default_tracking = _sqlite(settings.home / "mlflow")
    return {
        "PUMPLOSS_WARM_DSN": settings.warm_dsn or "",
        "PUMPLOSS_WARM_READ_DSN": settings.warm_read_dsn or "",
        "PUMPLOSS_HOT_URL": settings.hot_url or "",
        "PUMPLOSS_EXPORTS": settings.exports or "",
        "SPARK_REMOTE": settings.spark_remote or "",
        "PUMPLOSS_SPARK_MEMORY": settings.connect_memory,
        "PUMPLOSS_ROWS_AT_ONCE": "" if settings.rows_at_once == ROWS_AT_ONCE else str(settings.rows_at_once),
        "PUMPLOSS_RUN": settings.run or "",
        "PUMPLOSS_ALERT_URLS": settings.alert_urls or "",
        "PUMPLOSS_PUBLISH_BY": settings.publish_by or "",
        "OTEL_EXPORTER_OTLP_ENDPOINT": settings.otlp_endpoint or "",
        "OPENLINEAGE_URL": settings.lineage_url or "",
        "OPENLINEAGE_API_KEY": settings.lineage_key or "",
        "PUMPLOSS_SEARCH_MINUTES": as_minutes(settings.search_minutes) if settings.search_minutes else "",
        "PUMPLOSS_HORIZON_DAYS": "" if settings.horizon_days == 7 else str(settings.horizon_days),
        "MLFLOW_TRACKING_URI": "" if settings.tracking_uri == default_tracking else settings.tracking_uri,
    }


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Reads settings from environment variables; empty counts as unset. Raises SettingsError for unusable values."""
    env = os.environ if environment is None else environment
    remember_secrets(env)
    home = home_place(env.get("PUMPLOSS_HOME") or str(ROOT / "var"))
    lake = place(env.get("PUMPLOSS_LAKE") or str(home / "lake"), "PUMPLOSS_LAKE")
    landing = place(env.get("PUMPLOSS_LANDING") or bound_landing(lake) or str(home / "landing"), "PUMPLOSS_LANDING")
    return Settings(
        home=home,
        lake=lake,
        landing=landing,
        tracking_uri=env.get("MLFLOW_TRACKING_URI") or _sqlite(home / "mlflow"),
        warm_dsn=env.get("PUMPLOSS_WARM_DSN") or None,
        warm_read_dsn=env.get("PUMPLOSS_WARM_READ_DSN") or None,
        hot_url=redis_address(env.get("PUMPLOSS_HOT_URL") or None),
        exports=exports_place(env.get("PUMPLOSS_EXPORTS") or None, home, lake, landing),
        spark_remote=env.get("SPARK_REMOTE") or None,
        connect_memory=env.get("PUMPLOSS_SPARK_MEMORY") or "4g",
        rows_at_once=rows_at_once(env.get("PUMPLOSS_ROWS_AT_ONCE") or str(ROWS_AT_ONCE)),
        run=env.get("PUMPLOSS_RUN") or None,
        horizon_days=horizon_days(env),
        alert_urls=env.get("PUMPLOSS_ALERT_URLS") or None,
        publish_by=hour(env.get("PUMPLOSS_PUBLISH_BY") or None),
        otlp_endpoint=env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
        lineage_url=env.get("OPENLINEAGE_URL") or None,
        lineage_key=env.get("OPENLINEAGE_API_KEY") or None,
        search_minutes=minutes(env.get("PUMPLOSS_SEARCH_MINUTES") or "0"),
    )


def horizon_days(environment: Mapping[str, str] | None = None) -> int:
    """Reads how many days outcomes are watched, 7 unless said. Raises SettingsError for what HORIZONS lacks."""
    return horizon((os.environ if environment is None else environment).get("PUMPLOSS_HORIZON_DAYS") or "7")


def remember_secrets(environment: Mapping[str, str] | None = None) -> None:
    """Has every secret of the environment redacted from now on."""
    env = os.environ if environment is None else environment
    ours = {setting.metadata["variable"] for setting in fields(Settings) if setting.metadata["is_address"]} - {
        ALERT_URLS
    }
    told = secret_parts.addresses_in(env.get(ALERT_URLS, ""))
    known = [value for name, value in env.items() if name in ours or secret_parts.is_address(name, value)]
    whole = [value for name, value in env.items() if secret_parts.SECRET_VARIABLES.fullmatch(name)]
    for name, value in env.items():
        if secret_parts.HEADER_VARIABLES.fullmatch(name):
            whole += secret_parts.header_values(value)
    redaction.remember(known, whole, receivers=told)


def as_environment(settings: Settings) -> dict[str, str]:
    """Names the variables that make a child process see the same settings."""
    return {
        "PUMPLOSS_HOME": str(settings.home),
        "PUMPLOSS_LAKE": settings.lake,
        "PUMPLOSS_LANDING": settings.landing,
        **{name: value for name, value in _given(settings).items() if value},
    }
