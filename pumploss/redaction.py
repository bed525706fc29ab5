"""Keeps secrets out of whatever is printed or kept: the one place that knows them and takes them out of texts.

`from_environment` of the settings tells which secrets there are, `secret_parts` where they stand in an address. What
leaves the process passes `redacted`: all that commands print, what is said of errors, the ledger's messages, what tasks
tell Airflow. Libraries quote addresses as they please, whole, decoded, in small letters, or cut at a sign that a
password should not have held, so each of these is looked for.
"""

import html
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TextIO
from urllib.parse import quote, quote_plus, unquote

from pumploss.secret_parts import (
    CUTS,
    TOKEN_LENGTH,
    is_token,
    passwords_of,
    secrets_of_receiver,
    whole_of_receiver,
)

HIDDEN = "***"

#: Shorter ones cannot be told from ordinary text, and protect nothing.
SHORTEST = 4
#: How many pieces that follow each other are looked for as one: of a longer run, one part after the other is found.
_RUN = 12

_known: set[str] = set()

#: Strings of a JSON text, and whether they are keys.
_JSON_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?')


def remember(addresses: Iterable[str], secrets: Iterable[str] = (), receivers: Iterable[str] = ()) -> None:
    """Takes out of every text from now on what these addresses hold as passwords and tokens, and these secrets.

    `receivers` are addresses of messaging services.
    """
    found = {secret for address in addresses for secret in passwords_of(address)} | set(secrets)
    found |= {secret for address in receivers for secret in secrets_of_receiver(address)}
    wholes = {whole for address in receivers for whole in whole_of_receiver(address)}
    new = {form for secret in found for form in _forms(secret)} | {form for one in wholes for form in _spellings(one)}
    new = {form for form in new if len(form) >= SHORTEST} - _known
    if new:
        _known.update(new)
        _pattern.cache_clear()


def redacted(text: str) -> str:
    """Answers the text with `***` in place of every secret; of a text that is JSON, keys stay as they are."""
    pattern = _pattern()
    if pattern is None or not pattern.search(text):
        return text
    if not _is_json(text):
        return pattern.sub(HIDDEN, text)
    return _JSON_STRINGS.sub(lambda found: found[0] if found["key"] else pattern.sub(HIDDEN, found[0]), text)


def _is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def redacted_in(value: Any) -> Any:
    """Answers a JSON-ready value with every text in it redacted."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: redacted_in(inner) for key, inner in value.items()}
    return [redacted_in(inner) for inner in value] if isinstance(value, list) else value


def secrets() -> list[str]:
    """Lists what is taken out, for a library that redacts by itself."""
    return sorted(_known)


class RedactingStream:
    """A text stream that writes to another what is left after redaction; everything else is the other's."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes a text; answers how many characters of it were taken."""
        self._stream.write(redacted(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Writes several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _forms(secret: str) -> set[str]:
    """Lists how a secret may be spelled in a text, and its pieces."""
    return _spellings(secret) | {piece for form in _plain(secret) for piece in _pieces(form)}


def _spellings(secret: str) -> set[str]:
    """Lists how a secret may be spelled as a whole: as it is, decoded, encoded, escaped."""
    plain = _plain(secret)
    encoded = {encode(form) for form in plain for encode in (quote, quote_plus, _all_quoted)}
    spelled = {*plain, *encoded, *(re.sub("%..", lambda match: match[0].lower(), form) for form in encoded)}
    escaped = {escape(form)[1:-1] for form in spelled for escape in (json.dumps, repr)}
    return spelled | escaped | {html.escape(form) for form in spelled}


def _plain(secret: str) -> set[str]:
    return {secret, unquote(secret), secret.replace("\\", "")}


def _pieces(secret: str) -> set[str]:
    """Lists what is left of a secret between any two signs at which an address is cut."""
    cuts = list(CUTS.finditer(secret))
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(secret)]
    return {secret[start:end] for number, start in enumerate(starts) for end in ends[number : number + _RUN]}


def _all_quoted(text: str) -> str:
    return quote(text, safe="")


@cache
def _pattern() -> re.Pattern[str] | None:
    # The longest first, else a piece would be taken out of the whole and the rest be left.
    forms = sorted(_known, key=lambda form: (-len(form), form))
    # Whoever takes a piece of a password for a host writes it in small letters.
    return re.compile("|".join(map(_as_word, forms)), re.IGNORECASE) if forms else None


def _as_word(form: str) -> str:
    """Answers an expression that finds a form, inside of a longer word only where it looks like a token itself."""
    literal = re.escape(form)
    if is_token(form, TOKEN_LENGTH):
        return literal
    # What an encoded or escaped sign ends in (`%2F`, `\n`) is no part of the word that follows it.
    begins = r"(?:(?<!\w)|(?<=%[0-9A-Fa-f]{2})|(?<=\\[a-z]))" if re.match(r"\w", form) else ""
    return begins + literal + (r"(?!\w)" if re.search(r"\w$", form) else "")
