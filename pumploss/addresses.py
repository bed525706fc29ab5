"""Takes addresses of the environment apart, and refuses by name what cannot be used."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pumploss.errors import SettingsError

#: Ends the scheme of the address of a Redis Cluster.
CLUSTER: Final = "+cluster"


def place(text: str, variable: str) -> str:
    """Makes a local path absolute, and takes the closing slash off an s3 address."""
    if "\0" in text or "\n" in text:
        raise SettingsError(f"{variable} holds a control character: {text!r}. Give a plain path or s3://bucket/prefix.")
    if text != text.strip():
        raise SettingsError(
            f"{variable}={text!r} begins or ends with a space. Give a plain path or s3://bucket/prefix."
        )
    if "://" not in text:
        return str(Path(text).expanduser().resolve())
    if not text.startswith("s3://") or not text.strip("/").removeprefix("s3:"):
        raise SettingsError(f"{variable}={text!r}: only local paths and s3://bucket/prefix are understood.")
    return text.rstrip("/")


def redis_address(url: str | None) -> str | None:
    """Answers the address of a Redis. Raises SettingsError, without it, where it is none: it may be the password."""
    if url is not None and not all(map(_is_redis, cluster_nodes(url) or [url])):
        raise SettingsError(
            "PUMPLOSS_HOT_URL is no address of a Redis: give redis://, rediss:// or unix://, or for a cluster "
            "redis+cluster://host:port,host:port (rediss+cluster:// with TLS), with every sign of a password that is "
            "no letter or digit percent-encoded."
        )
    return url


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_named = parts.scheme == "unix" or "," not in parts.netloc.rpartition("@")[2]
        return is_named and parts.scheme in ("redis", "rediss", "unix") and (parts.port is None or parts.port > 0)
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
