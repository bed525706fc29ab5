"""`python -m jobs.airflow`: Airflow in the foreground, for `make airflow`."""

import sys

from jobs.airflow.components import standalone
from pumploss.errors import PumpLossError, failure_text
from pumploss.settings import from_environment

try:
    standalone(from_environment())
except PumpLossError as error:
    sys.exit(failure_text(error))
