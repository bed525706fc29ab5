"""`python -m jobs.airflow`: Airflow in the foreground, for `make airflow`."""

import sys

from jobs.airflow.components import standalone
from pumploss.errors import PumpLossError
from pumploss.settings import from_environment

try:
    standalone(from_environment())
except PumpLossError as error:
    sys.exit(str(error))
