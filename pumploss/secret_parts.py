"""Finds what is secret in addresses, headers and variables: passwords, tokens and keys, as they stand there."""

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import unquote, unquote_plus

_LIBRARIES = r"(AWS|AIRFLOW|MLFLOW|PG|SPARK|REDIS|REDISCLI|FEAST|PUMPLOSS|OPENLINEAGE|OTEL)"
#: Variables of the libraries beneath us whose whole value is a secret, and those that are addresses with one inside.
SECRET_VARIABLES = re.compile(
    _LIBRARIES + r"\w*?"
    r"(PASSWORD|PASSPHRASE|SECRET|TOKEN|SECRET_ACCESS_KEY|ACCESS_KEY_ID|SECRET_KEY|FERNET_KEY|API_?KEY|AUTH)"
)
ADDRESS_VARIABLES = re.compile(
    r"AIRFLOW_CONN_\w+|AIRFLOW__\w+__(SQL_ALCHEMY_CONN(_ASYNC)?|RESULT_BACKEND|BROKER_URL)"
    r"|" + _LIBRARIES + r"\w*_(URL|URI|DSN|ENDPOINT)(_\w+)?"
    r"|(?i:(https?|all|ftp)_proxy)"
)
#: `name=value,name=value` of OpenTelemetry: for all that is told, or for traces, metrics or logs alone.
HEADER_VARIABLES = re.compile(r"OTEL_EXPORTER_OTLP_(\w+_)?HEADERS")

#: After the scheme, up to the last `@`: passwords that nobody encoded may hold any sign.
_LOGIN = re.compile(r"://(?P<login>.*)@", re.DOTALL)
_LOGIN_ALONE = re.compile(r"[a-zA-Z][\w+.-]*://[^\s@]+@\S+")
#: What names a secret. A key is one by itself (`key=`, `scram_client_key=`), but not the file of one (`sslkey=`).
_NAMES_ONE = (
    r"(?:password|passwd|passphrase|passcode|(?<![a-z])(?:pass|pwd|pw)|token|secret|credentials?|authorization|auth|"
    r"cookie|(?<![a-z])jwt|bearer|signature|(?<![a-z])sig|api[_-]?key|access[_-]?key|account[_-]?key|"
    r"(?<![a-z])(?<!ssl[_-])(?<!tls[_-])key)"
)
#: In the query of an address, its parameters, or a libpq string. Where the value ends depends on who reads it, so it
#: goes on over blanks and semicolons until the next `name=`.
_NAMED = re.compile(
    rf"(?i){_NAMES_ONE}\s*=\s*"
    r"(?P<value>(?:'(?:[^'\\]|\\.)*'|\{(?:[^}]|\}\})*\})?(?:[^\s&;\\]|\\.)*(?:[\s;]+(?![\w.-]+\s*=)(?:[^\s&;\\]|\\.)+)*)"
)
#: `name=value` inside of a parameter, as in `odbc_connect` of SQLAlchemy: percent-encoded as a whole.
_NAMED_ENCODED = re.compile(r"\w%(?:25)*3[Dd]")
#: The name of an entry that is one, as JSON has it.
_ENTRY = re.compile(rf"(?i).*{_NAMES_ONE}")
#: Services whose address begins with a host and no token, after a login.
_HOSTED = {"json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos", "http", "https"}
_HOST = re.compile(r"^(?:[^/?]*@)?[^/?]*")
#: Where parsers cut an address.
CUTS = re.compile(r"[/@:?#,;&='\"\s\[\]%\\]+")

#: From how many signs on, letters and digits mixed, a piece of an address counts as a token: where anybody may have
#: chosen a path, and at services whose whole address is made of tokens.
TOKEN_LENGTH = 10
_SERVICE_TOKEN_LENGTH = 6
_MIXED = re.compile(r"(?=.*[a-zA-Z])(?=.*\d)|.*[a-z][A-Z]", re.DOTALL)


def is_address(name: str, value: str) -> bool:
    """Whether a variable of a library, or one that is nothing but an address with a login, may hold a password."""
    return bool(ADDRESS_VARIABLES.fullmatch(name) or _LOGIN_ALONE.fullmatch(value))


def header_values(headers: str) -> set[str]:
    """Finds what headers, written as `name=value,name=value`, say: the whole values, and what follows a scheme.

    Of what is not written so, all is secret: libraries quote it to say that it cannot be read.
    """
    pairs = [pair.partition("=") for pair in headers.split(",")]
    values = {unquote(value if equals else name).strip() for name, equals, value in pairs}
    words = values | {word for value in values for word in (value.rpartition(" ")[2], value.partition(":")[2].strip())}
    return {secret for word in words for secret in (word, *_of_basic(word)) if secret}


def _of_basic(word: str) -> tuple[str, ...]:
    """Answers the password of a login that a header has in base64."""
    try:
        _, colon, password = base64.b64decode(word, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ()
    return (password,) if colon else ()


def passwords_of(address: str) -> set[str]:
    """Finds the passwords and tokens in a URL, a Spark Connect address or a libpq string, as they stand there.

    Also in a connection that is written as a JSON object.
    """
    named = {_unquoted(match["value"]) for text in _readings(address) for match in _NAMED.finditer(text)}
    named |= {value.replace("}}", "}") for value in named}  # how ODBC writes a brace between braces
    return {secret for secret in named | _of_login(address) | _of_entries(address) if secret}


def _readings(address: str) -> list[str]:
    """List an address as it stands there, and decoded for as long as it holds an encoded `name=value`."""
    readings = [address]
    while _NAMED_ENCODED.search(readings[-1]):
        readings.append(unquote_plus(readings[-1]))
    return readings


def _of_login(address: str) -> set[str]:
    """Finds the password of a login."""
    # Parameters of a Spark Connect address may hold an `@`, and are no login.
    login = _LOGIN.search(address.partition(";")[0] if address.startswith("sc://") else address)
    if login is None:
        return set()
    # Whoever reads an address ends the user at any of these, so what follows may all be a password.
    user = _first(login["login"])
    password = login["login"].removeprefix(user).removeprefix(":")
    is_cut = password != "" and not login["login"].startswith(f"{user}:")
    secrets = {password}
    if is_token(user, TOKEN_LENGTH) and (is_cut or password):
        secrets.add(user)
    # A login without a password is itself the secret at services that give out tokens.
    if address.lower().startswith(("http://", "https://")) and (is_cut or not password):
        secrets.add(login["login"])
    return secrets


def _first(login: str) -> str:
    return re.split("[:/@]", login, maxsplit=1)[0]


def _of_entries(text: str) -> set[str]:
    """Finds the secrets of a connection that is a JSON object, however deep they stand."""
    if not text.lstrip().startswith("{"):
        return set()
    try:
        return set(_secret_entries(json.loads(text)))
    except ValueError:
        return set()


def _secret_entries(said: Any, is_secret: bool = False) -> list[str]:
    if isinstance(said, dict):
        inner = [(value, is_secret or bool(_ENTRY.fullmatch(name))) for name, value in said.items()]
        return [secret for value, is_one in inner for secret in _secret_entries(value, is_one)]
    if isinstance(said, list):
        return [secret for value in said for secret in _secret_entries(value, is_secret)]
    if isinstance(said, str):
        return [said] if is_secret else sorted(_of_login(said) | _of_entries(said))
    return [str(said)] if is_secret and said is not None else []


def addresses_in(text: str) -> list[str]:
    """Split a list of addresses, given with commas or spaces between."""
    return [address for address in re.split(r"[\s,]+(?=\w+://)", text.strip(", \n\t")) if "://" in address]


def secrets_of_receiver(address: str) -> set[str]:
    """Find what is secret in the address of a messaging service: passwords, and what looks like a token.

    Paths, hosts and names that anybody may have chosen are none: they would be taken out of our own words as well.
    """
    scheme, _, rest = address.partition("://")
    login, is_hosted = _LOGIN.search(address), scheme.lower() in _HOSTED
    shortest = TOKEN_LENGTH if is_hosted else _SERVICE_TOKEN_LENGTH
    parts = [_first(login["login"]) if login else "", *CUTS.split(_HOST.sub("", rest, count=1) if is_hosted else rest)]
    return passwords_of(address) | {part for part in parts if is_token(part, shortest)}


def whole_of_receiver(address: str) -> set[str]:
    """Find what is only secret as a whole: all of an address that has tokens where others have a host."""
    scheme, _, rest = address.partition("://")
    return set() if scheme.lower() in _HOSTED or len(rest) < TOKEN_LENGTH else {rest}


def is_token(part: str, shortest: int) -> bool:
    """Whether a piece looks like nothing that somebody would call a folder: long enough, letters and digits mixed."""
    return len(part) >= shortest and bool(_MIXED.match(part))


def _unquoted(value: str) -> str:
    """Answers a quoted value of a libpq string without its quotes, one of an ODBC string without its braces."""
    return value[1:-1] if len(value) > 1 and value[0] + value[-1] in ("''", "{}") else value
