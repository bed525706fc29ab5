"""The modules of the folder of DAGs, with Airflow's home in a temporary folder."""

import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from jobs import airflow
from jobs.airflow.environment import keep_secrets
from pumploss.settings import ROOT, Settings, from_environment


@pytest.fixture(scope="package")
def places(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings below a temporary home, with Airflow's home in it."""
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("dags"))})
    keep_secrets(settings)
    return settings


@pytest.fixture(scope="package")
def load(places: Settings) -> Iterator[Any]:
    """`load(name)`: a module of the folder, imported with Airflow's home in a temporary place."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own deprecations
        for name, value in airflow.environment(places).items():
            if name.startswith(("AIRFLOW", "PUMPLOSS")):
                patch.setenv(name, value)
        patch.syspath_prepend(str(ROOT / "dags"))
        yield importlib.import_module
