"""Keeps secrets out of whatever is printed or kept: the one place that knows them and takes them out of texts.

`from_environment` of the settings tells which secrets there are. What leaves the process passes `redacted`: all that
commands print, what is said of errors, the ledger's messages, what tasks tell Airflow. Libraries quote addresses as
they please, whole, decoded or cut at a sign that a password should not have held, so each of these is looked for.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TextIO
from urllib.parse import quote, quote_plus, unquote

#: Variables of the libraries beneath us whose whole value is a secret, and those that are addresses with one inside.
SECRET_VARIABLES = re.compile(
    r"(AWS|AIRFLOW|MLFLOW|PG|SPARK|REDIS|REDISCLI|FEAST|PUMPLOSS|OPENLINEAGE|OTEL)\w*?"
    r"(PASSWORD|SECRET|TOKEN|SECRET_ACCESS_KEY|ACCESS_KEY_ID|SECRET_KEY|FERNET_KEY|API_KEY|AUTH)"
)
ADDRESS_VARIABLES = re.compile(r"AIRFLOW_CONN_\w+|AIRFLOW__\w+__(SQL_ALCHEMY_CONN(_ASYNC)?|RESULT_BACKEND|BROKER_URL)")

HIDDEN = "***"

#: Shorter ones cannot be told from ordinary text, and protect nothing.
SHORTEST = 4

_known: set[str] = set()

#: After the scheme, up to the last `@`: passwords that nobody encoded may hold any sign.
_LOGIN = re.compile(r"://(?P<user>[^:@/]*):?(?P<password>.*)@", re.DOTALL)
#: In the query of an address, its parameters, or a libpq string. Where the value ends depends on who reads it, so it
#: goes on over blanks and semicolons until the next `name=`.
_NAMED = re.compile(
    r"(?i)(?:password|passwd|passphrase|token|secret|credential|authorization|auth|api[_-]?key|access[_-]?key)\s*=\s*"
    r"(?P<value>(?:'(?:[^'\\]|\\.)*')?(?:[^\s&;\\]|\\.)*(?:[\s;]+(?![\w.-]+\s*=)(?:[^\s&;\\]|\\.)+)*)"
)
#: Services whose address begins with a host and no token, after a login.
_HOSTED = {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "http", "https"}
_HOST = re.compile(r"^(?:[^/?]*@)?[^/?]*")
#: Where parsers cut an address.
_CUTS = re.compile(r"[/@:?#,;&='\"\s\[\]]+")
_MOST_CUTS = 12

#: From how many signs on, letters and digits mixed, a piece of an address counts as a token: where anybody may have
#: chosen a path, and at services whose whole address is made of tokens.
_TOKEN_LENGTH = 10
_SERVICE_TOKEN_LENGTH = 6
_MIXED = re.compile(r"(?=.*[a-zA-Z])(?=.*\d)|.*[a-z][A-Z]", re.DOTALL)
#: Strings of a JSON text, and whether they are keys.
_JSON_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?')


def remember(addresses: Iterable[str], secrets: Iterable[str] = (), receivers: Iterable[str] = ()) -> None:
    """Takes out of every text from now on what these addresses hold as passwords and tokens, and these secrets.

    `receivers` are addresses of messaging services.
    """
    found = {secret for address in addresses for secret in passwords_of(address)} | set(secrets)
    found |= {secret for address in receivers for secret in secrets_of_receiver(address)}
    wholes = {whole for address in receivers for whole in _whole_of_receiver(address)}
    new = {form for secret in found for form in _forms(secret)} | {form for one in wholes for form in _spellings(one)}
    new = {form for form in new if len(form) >= SHORTEST} - _known
    if new:
        _known.update(new)
        _pattern.cache_clear()


def header_values(headers: str) -> set[str]:
    """Finds what headers, written as `name=value,name=value`, say: the whole values, and what follows a scheme."""
    values = {unquote(pair.partition("=")[2]).strip() for pair in headers.split(",")}
    return {secret for value in values for secret in (value, value.rpartition(" ")[2]) if secret}


def passwords_of(address: str) -> set[str]:
    """Finds the passwords and tokens in a URL, a Spark Connect address or a libpq string, as they stand there."""
    # What is before an `@` of a Spark Connect address is no login: it has parameters instead.
    login = None if address.startswith("sc://") else _LOGIN.search(address)
    # A login without a password is itself the secret at services that give out tokens.
    user = login["user"] if login and address.startswith(("http://", "https://")) else ""
    of_login = {login["password"] or user} if login else set()
    named = {_unquoted(match["value"]) for match in _NAMED.finditer(address)}
    return {secret for secret in of_login | named if secret}


def addresses_in(text: str) -> list[str]:
    """Split a list of addresses, given with commas or spaces between."""
    return [address for address in re.split(r"[\s,]+(?=\w+://)", text.strip(", \n\t")) if "://" in address]


def secrets_of_receiver(address: str) -> set[str]:
    """Find what is secret in the address of a messaging service: passwords, and what looks like a token.

    Paths, hosts and names that anybody may have chosen are none: they would be taken out of our own words as well.
    """
    scheme, _, rest = address.partition("://")
    login, is_hosted = _LOGIN.search(address), scheme.lower() in _HOSTED
    shortest = _TOKEN_LENGTH if is_hosted else _SERVICE_TOKEN_LENGTH
    parts = [login["user"] if login else "", *_CUTS.split(_HOST.sub("", rest, count=1) if is_hosted else rest)]
    return passwords_of(address) | {part for part in parts if _is_token(part, shortest)}


def _whole_of_receiver(address: str) -> set[str]:
    """Find what is only secret as a whole: all of an address that has tokens where others have a host."""
    scheme, _, rest = address.partition("://")
    return set() if scheme.lower() in _HOSTED or len(rest) < _TOKEN_LENGTH else {rest}


def _is_token(part: str, shortest: int) -> bool:
    """Whether a piece looks like nothing that somebody would call a folder: long enough, letters and digits mixed."""
    return len(part) >= shortest and bool(_MIXED.match(part))


def _unquoted(value: str) -> str:
    """Answers a quoted value of a libpq string without its quotes."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value


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
    return spelled | {escape(form)[1:-1] for form in spelled for escape in (json.dumps, repr)}


def _plain(secret: str) -> set[str]:
    return {secret, unquote(secret), secret.replace("\\", "")}


def _pieces(secret: str) -> set[str]:
    """Lists what is left of a secret between any two signs at which an address is cut."""
    cuts = list(_CUTS.finditer(secret))[:_MOST_CUTS]
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(secret)]
    return {secret[start:end] for start in starts for end in ends}


def _all_quoted(text: str) -> str:
    return quote(text, safe="")


@cache
def _pattern() -> re.Pattern[str] | None:
    # The longest first, else a piece would be taken out of the whole and the rest be left.
    forms = sorted(_known, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(_as_word, forms))) if forms else None


def _as_word(form: str) -> str:
    """Answers an expression that finds a form, inside of a longer word only where it looks like a token itself."""
    literal = re.escape(form)
    if _is_token(form, _TOKEN_LENGTH):
        return literal
    # What an encoded or escaped sign ends in (`%2F`, `\n`) is no part of the word that follows it.
    begins = r"(?:(?<!\w)|(?<=%[0-9A-Fa-f]{2})|(?<=\\[a-z]))" if re.match(r"\w", form) else ""
    return begins + literal + (r"(?!\w)" if re.search(r"\w$", form) else "")
