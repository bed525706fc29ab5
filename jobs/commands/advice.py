"""What to do about an error that is nobody's own: full disks and the like, also where a library met them."""

import errno
import re
from collections.abc import Iterator

from pumploss.settings import Settings

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: How the engine, delta-rs, SQLite, PostgreSQL and Redis say it.
_FULL_WORDS = (
    "No space left on device",
    "disk is full",
    "disk full",
    "Disk quota exceeded",
    "File too large",
    "MISCONF",
)

#: How SQLite says that a file is not what it wrote.
_DAMAGED_WORDS = ("database disk image is malformed", "file is not a database")

#: How delta-rs says that a bucket did not answer or refused.
_BUCKET_WORDS = "Generic S3 error"
#: How it says that it may not ask without TLS.
_PLAIN_WORDS = "URL scheme is not allowed"
#: What stands before a cause of a cause where a library draws them as a tree.
_BRANCH = re.compile(r"\s*\n\s*(\x1b\[[0-9;]*m|↳|\s)*")

#: How Spark's client says that the server, or what it had of this run, is gone.
_GONE_WORDS = ("StatusCode.UNAVAILABLE", "INVALID_HANDLE.")
_DETAILS = re.compile(r'details = "(?P<details>[^"]*)"')
#: How boto3 and Amazon's client for Java, inside of a worker, say that they were given no credentials.
_NO_KEY_WORDS = (
    "NoCredentialsError",
    "Unable to locate credentials",
    "Unable to load credentials",
    "NoAuthWithAWSException",
)


def advice(error: BaseException, settings: Settings) -> str | None:
    """Say what is to be done about an error, or None where it is a fault of Pump Loss or of a library."""
    for cause in _causes(error):
        text = str(cause)
        if (isinstance(cause, OSError) and cause.errno in _FULL) or any(words in text for words in _FULL_WORDS):
            where = getattr(cause, "filename", None) or f"{settings.home} or {settings.lake}"
            return (
                f"the disk took no more ({_first_line(text)}) while {where} was written. Days are replaced whole or "
                "not at all, and what was put down in vain is cleared by the next run. Make room there (`df -h`), then "
                "run the command again."
            )
        if any(words in text for words in _DAMAGED_WORDS):
            return (
                f"a file of SQLite below {settings.home} is damaged ({_first_line(text)}). Put `mlflow` back from its "
                "backup as a whole (`pumploss backup` has it); without one, move the folder away: the next training "
                "starts a new registry. Move `airflow/airflow.db` and `feast/registry.db` away: they are made anew."
            )
        if (said := _of_cluster(cause, text, settings.spark_remote or "")) is not None:
            return said
        if _PLAIN_WORDS in text:
            return (
                f"S3 may not be asked without TLS: the address in AWS_ENDPOINT_URL is plain HTTP ({_chain(text)}). "
                "Set AWS_ALLOW_HTTP=true where data may travel unencrypted, or give an https:// address; then run the "
                "command again."
            )
        if type(cause).__module__.startswith("botocore.") or _BUCKET_WORDS in text:
            return (
                f"S3 did not do what it was asked ({_chain(text)}). See whether AWS_ENDPOINT_URL, AWS_REGION and "
                "the bucket are the right ones, and whether the credentials may read and write there; then run the "
                "command again. Days are replaced whole or not at all, so nothing is half-written."
            )
        if isinstance(cause, OSError) and cause.errno == errno.EROFS:
            return (
                f"{cause.filename or settings.home} lies on a file system that may only be read. Mount it for writing, "
                "or name another home (PUMPLOSS_HOME)."
            )
        if isinstance(cause, FileExistsError | NotADirectoryError) and cause.filename:
            return (
                f"{cause.filename}: a folder belongs there, or above it, and a file stands in its place. Move it away, "
                "or name another place, then run the command again."
            )
        if isinstance(cause, PermissionError):
            return (
                f"{cause.filename or text} may not be read or written by this user ({cause.strerror}). Give it to the "
                "user that runs Pump Loss, or run as its owner."
            )
    return None


def _of_cluster(cause: BaseException, text: str, remote: str) -> str | None:
    """Say what is to be done where a Spark cluster went away, or its workers lack what they need."""
    if not remote.startswith("sc://") or not type(cause).__module__.startswith("pyspark."):
        return None
    host = remote.removeprefix("sc://").partition("/")[0]
    if any(words in text for words in _NO_KEY_WORDS):
        return (
            f"the workers of the cluster at {host} have no credentials for S3. Set "
            "spark.executorEnv.AWS_ACCESS_KEY_ID, spark.executorEnv.AWS_SECRET_ACCESS_KEY, "
            "spark.executorEnv.AWS_REGION and, where it is used, "
            "spark.executorEnv.AWS_ENDPOINT_URL where the Connect server is started (docs/servers.md), start it anew "
            "and run the command again. Days are replaced whole or not at all, so nothing is half-written."
        )
    if any(words in text for words in _GONE_WORDS):
        found = _DETAILS.search(text)
        return (
            f"the Spark Connect server at {host} went away while it worked, or was started anew "
            f"({_first_line(found['details'] if found else text)}). See its log, and whether it has the memory that it "
            "needs (SPARK_DAEMON_MEMORY); once it answers, run the command again. Days are replaced whole or not at "
            "all, so nothing is half-written."
        )
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, each once."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _chain(text: str) -> str:
    """Write what a library says of an error and of what it came from on one line."""
    return _BRANCH.sub(": ", text.strip())[:300]


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
