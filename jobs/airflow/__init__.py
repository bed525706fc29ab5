"""Airflow's own commands, started with the environment that Pump Loss needs.

Where do I go to...? Change a variable of Airflow: `environment.py`. Change how a night is run by hand: `night.py`.
Change what `make airflow` starts: `components.py`. Everything of Airflow lies in `Settings.airflow_home`, which only
its owner may read.
"""

from jobs.airflow.commands import command, migrate, require_database
from jobs.airflow.components import standalone
from jobs.airflow.environment import environment
from jobs.airflow.night import test_daily
from jobs.airflow.runs import TaskState

__all__ = ["TaskState", "command", "environment", "migrate", "require_database", "standalone", "test_daily"]
