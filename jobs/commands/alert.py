"""`alert`: tells the receivers of the settings what waits for a person, as the DAGs do, for a timer without Airflow."""

import argparse

from jobs.alerting.sending import receivers, send
from jobs.alerting.telling import tell
from jobs.commands.terminal import Screen
from jobs.running.context import open_context
from pumploss.errors import SettingsError
from pumploss.settings import from_environment


def run(arguments: argparse.Namespace) -> int:
    """Sends what was not sent yet; answers 1 where a test message did not arrive everywhere.

    Raises SettingsError where nobody is named to be told.
    """
    settings, screen = from_environment(), Screen()
    addresses = receivers(settings.alert_urls)
    if not addresses:
        raise SettingsError(
            "PUMPLOSS_ALERT_URLS names nobody: set it to addresses as Apprise has them, with spaces between, such as "
            "mailtos://user:password@example.com or json://127.0.0.1:8000/hook."
        )
    if arguments.test:
        taken = send(addresses, "Pump Loss: a test", "This is what an alert looks like; nothing is wrong.")
        print(f"{sum(taken.values())} of {len(taken)} receivers took it.")
        return 0 if all(taken.values()) else 1
    with open_context(settings, screen.say) as context:
        sent = tell(context)
    for need in sent:
        print(f"Sent: {need.sentence()}")
    print(f"{len(sent)} messages were new." if sent else "There was nothing new to tell.")
    return 0
