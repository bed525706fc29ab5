"""Text that has no UTF-8 form: which bytes of a line are to blame, and how to write it all the same."""

from pumploss.reasons import Reason


def not_utf8(line: bytes) -> tuple[Reason, str] | None:
    """Says which byte of a line is the first that is not UTF-8; None where all are."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reason.ENCODING, f"byte {line[error.start]:#04x} at {error.start} is not UTF-8"
    return None


def is_encodable(text: str) -> bool:
    """Tells whether the text has a UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(text: str) -> str:
    """Writes text with what has no UTF-8 form as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()
