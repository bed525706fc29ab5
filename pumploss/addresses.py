"""Takes addresses of the environment apart, and refuses by name what cannot be used."""

from pathlib import Path
from urllib.parse import urlsplit

from pumploss.errors import SettingsError


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
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("redis", "rediss", "unix") and (parts.port is None or parts.port > 0)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError(
            "PUMPLOSS_HOT_URL is no address of a Redis: give redis://, rediss:// or unix://, with every sign of a "
            "password that is no letter or digit percent-encoded."
        )
    return url


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
