"""`alert`: tells the receivers of the settings what waits for a person, as the DAGs do, for a timer without Airflow."""

import argparse

from jobs.alerting.sending import named, receivers, send
from jobs.alerting.telling import tell
from jobs.commands.terminal import Screen
from jobs.running.context import open_context
from pumploss.errors import SettingsError
from pumploss.settings import from_environment


def run(arguments: argparse.Namespace) -> int:
    """Sends what was not sent yet; answers 1 where a receiver did not take a message.

    Raises SettingsError where nobody is named to be told, or an address would not be read as it was meant.
    """
    settings, screen = from_environment(), Screen()
    addresses = receivers(settings.alert_urls)
    if not addresses:
        raise SettingsError(
            "PUMPLOSS_ALERT_URLS names nobody: set it to addresses as Apprise has them, with spaces between, such as "
            "mailtos://user:password@example.com or json://127.0.0.1:8000/hook."
        )
    if arguments.test:
        outcomes = send(addresses, "Pump Loss: a test", "This is what an alert looks like; nothing is wrong.")
        silent = {address: why for address, why in outcomes.items() if why is not None}
        print(f"{len(outcomes) - len(silent)} of {len(outcomes)} receivers took it.")
        for address, why in silent.items():
            print(f"{named(addresses, address)} did not: {why}")
        return 1 if silent else 0
    with open_context(settings, screen.say) as context:
        told = tell(context)
    for need in told.sent:
        print(f"Sent: {need.sentence()}")
    print(f"{len(told.sent)} messages were new." if told.sent else "Nothing new was sent.")
    for who, why in told.silent.items():
        print(f"{who} did not take a message: {why}")
    return 1 if told.silent else 0
