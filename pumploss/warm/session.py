"""Sets in a connection what is relied on in answers, whatever its role, its database or the server sets."""

from typing import TYPE_CHECKING, Any, Final

from pumploss.warm.warm_table import LIVE

if TYPE_CHECKING:
    import psycopg

#: Where names are looked up, how times, intervals and doubles are written as text, what a literal and a NULL are, and
#: that a statement sees what was committed before it: the lock of a publisher rests on that.
RELIED_ON: Final = {
    "search_path": LIVE,
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "default_transaction_isolation": "read committed",
}

_SET: Final = "SELECT " + ", ".join(["set_config(%s, %s, false)"] * len(RELIED_ON))


def begin_session(connection: "psycopg.Connection[Any]") -> None:
    """Set it once connected, in autocommit mode: as parameters of the connection a pooler would refuse most of them."""
    connection.execute(_SET.encode(), [text for setting in RELIED_ON.items() for text in setting], prepare=False)
