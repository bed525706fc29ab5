"""Every error that Pump Loss raises on purpose: each says what was wrong, where, and what to do about it."""

from pumploss.redaction import redacted


class PumpLossError(Exception):
    """The root: what the command line prints without a traceback and ends with exit code 1."""


class SettingsError(PumpLossError):
    """An environment variable, a path or an argument is not usable."""


class LandingError(PumpLossError):
    """A landing folder, day or file cannot be trusted as a whole."""


class SourceError(LandingError):
    """A source's schema drifted, or a file is not in the source's format."""


class ContractError(PumpLossError):
    """A frame does not fit its table's contract; all differences are listed."""


class CheckError(PumpLossError):
    """A STOP check failed: the staged rows were not published."""


class LakeError(PumpLossError):
    """The lake refused a read or a write, or what it holds is not what was written."""


class StaleError(LakeError):
    """A day that was about to be read rests on inputs that have changed since."""


class DamagedError(LakeError):
    """A file of the lake no longer holds what was written."""


class LockedError(LakeError):
    """Another run holds the table's lock."""


class BusyLakeError(LockedError):
    """Another run holds the whole lake: a night, a backfill, or a step."""


class DamagedFileError(PumpLossError):
    """A small file of a home does not hold what was written: `what` is wrong with it, and the `repair`."""

    def __init__(self, what: str, repair: str) -> None:
        super().__init__(f"{what}. {repair}")
        self.what, self.repair = what, repair


class ConservationError(PumpLossError):
    """Rows or amounts went missing between a step's input and its output."""


class ParityError(PumpLossError):
    """What was worked out a second time is not what a table holds."""


class StoreError(PumpLossError):
    """The warm or hot store cannot be started, reached or written."""


class ModelError(PumpLossError):
    """A model cannot be trained, registered or loaded."""


class AmountOverflowError(PumpLossError):
    """An amount does not fit the integer that carries it."""


def printable(text: str) -> str:
    """Escapes, as Python does, signs that would move or colour what a terminal shows; lines stay lines.

    Servers and libraries quote what they were given: keys of Feast are bytes.
    """
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else sign.encode("unicode_escape").decode() for sign in text
    )


def failure_text(error: BaseException) -> str:
    """Says what to print for an error, without secrets: its own words if it is ours, its type as well if it is not."""
    return printable(redacted(str(error) if isinstance(error, PumpLossError) else f"{type(error).__name__}: {error}"))
