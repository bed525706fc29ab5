"""Takes addresses of the environment apart, and refuses by name what cannot be used."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pumploss.errors import SettingsError

#: What redis-py takes behind the question mark of an address, as far as it is of use here.
_REDIS_OPTIONS: Final = {
    "db", "password", "username", "socket_timeout", "socket_connect_timeout", "socket_keepalive",
    "health_check_interval",
    "ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname", "ssl_ca_path",
}  # fmt: skip

#: Ends the scheme of the address of a Redis Cluster.
CLUSTER: Final = "+cluster"


def home_place(text: str) -> Path:
    """Makes the path of a home absolute. Raises SettingsError where it is a file, or links on the way lead round."""
    home = _absolute(text, "PUMPLOSS_HOME")
    if home.exists() and not home.is_dir():
        raise SettingsError(f"PUMPLOSS_HOME={home} is no folder. Name one, or a place where one can be made.")
    return home


def _absolute(text: str, variable: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except (RuntimeError, OSError) as error:  # links that lead round, and a `~` of nobody, are RuntimeErrors
        raise SettingsError(f"{variable}={text!r} leads nowhere: {error}. Mend the link, or name another.") from error


def place(text: str, variable: str) -> str:
    """Makes a local path absolute, and takes the closing slash off an s3 address."""
    if "\0" in text or "\n" in text:
        raise SettingsError(f"{variable} holds a control character: {text!r}. Give a plain path or s3://bucket/prefix.")
    if text != text.strip():
        raise SettingsError(
            f"{variable}={text!r} begins or ends with a space. Give a plain path or s3://bucket/prefix."
        )
    if "://" not in text:
        return str(_absolute(text, variable))
    if not text.startswith("s3://") or not text.strip("/").removeprefix("s3:"):
        raise SettingsError(f"{variable}={text!r}: only local paths and s3://bucket/prefix are understood.")
    return text.rstrip("/")


def redis_address(url: str | None) -> str | None:
    """Answers the address of a Redis. Raises SettingsError, without it, where it is none: it may be the password."""
    if url is not None and _is_cluster(url) and any(map(_names_database, cluster_nodes(url))):
        raise SettingsError(
            "PUMPLOSS_HOT_URL names a database of a Redis Cluster, which has none but 0: leave what follows the last "
            "server away (/NUMBER, ?db=NUMBER), or name a Redis that is no cluster by redis:// or rediss://."
        )
    if url is not None and not (_is_cluster(url) or _is_redis(url)):
        raise SettingsError(
            "PUMPLOSS_HOT_URL is no address of a Redis: give redis://, rediss:// or unix://, or for a cluster "
            "redis+cluster://host:port,host:port (rediss+cluster:// with TLS), in small letters, with every sign of a "
            "password that is no letter or digit percent-encoded; after it at most /NUMBER of a database."
        )
    return url


def _is_cluster(url: str) -> bool:
    """Tell whether it is of a cluster whose servers are all named, which has one login and no databases."""
    login, at, _ = re.split("[/?]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")
    nodes = cluster_nodes(url)
    is_one_login = not at or "," not in login
    return bool(nodes) and is_one_login and all(_is_redis(node) and not node.startswith("unix:") for node in nodes)


def _names_database(url: str) -> bool:
    """Tell whether an address names another database than 0."""
    parts = urlsplit(url)
    return any(number.strip("/0") for number in (parts.path, *parse_qs(parts.query).get("db", [])))


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_ours = url.startswith(f"{parts.scheme}://") and set(parse_qs(parts.query)) <= _REDIS_OPTIONS
        if parts.scheme == "unix":
            return is_ours and len(parts.path) > 1
        is_named = bool(parts.hostname) and "," not in parts.netloc.rpartition("@")[2]
        is_numbered = re.fullmatch(r"/?\d*", parts.path) is not None
        return is_ours and parts.scheme in ("redis", "rediss") and is_named and is_numbered and parts.port != 0
    except ValueError:
        return False


def cluster_nodes(url: str) -> list[str]:
    """Names the servers of a Redis Cluster by an address each; none where the address is of a single Redis."""
    scheme, _, rest = url.partition("://")
    if not scheme.endswith(CLUSTER):
        return []
    before_path = re.split("[/?]", rest, maxsplit=1)[0]
    login, at, hosts = before_path.rpartition("@")
    more = rest.removeprefix(before_path)
    return [f"{scheme.removesuffix(CLUSTER)}://{login}{at}{host}{more}" for host in hosts.split(",")]


def exports_place(given: str | None, home: Path, lake: str, landing: str) -> str | None:
    """Take a place of the exports' own. Raises SettingsError where stores or dumps lie in it, or it lies in them."""
    if given is None:
        return None
    own = place(given, "PUMPLOSS_EXPORTS")
    for name, other in (("PUMPLOSS_LAKE", lake), ("PUMPLOSS_LANDING", landing), ("PUMPLOSS_HOME", str(home))):
        holds = f"{other}/".startswith(f"{own.rstrip('/')}/")
        lies_in = f"{own}/".startswith(f"{other}/") and name != "PUMPLOSS_HOME"
        if holds or lies_in:
            raise SettingsError(f"PUMPLOSS_EXPORTS={given!r} is no place of its own beside {name}={other}.")
    return own
