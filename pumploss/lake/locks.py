"""Lets one writer at a time into a table: a file lock for a local lake, a conditional put with an expiry on S3."""

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from pumploss.errors import LockedError

#: An S3 lock older than this belongs to a dead writer: no single commit takes as long.
EXPIRY_SECONDS = 900.0


@contextmanager
def table_lock(root: str, table: str, wait_seconds: float = 120.0) -> Iterator[None]:
    """Hold the table's lock; another holder is waited for, then LockedError names it."""
    hold = _s3_lock if root.startswith("s3://") else _file_lock
    with hold(root, table, wait_seconds):
        yield


@contextmanager
def _file_lock(root: str, table: str, wait_seconds: float) -> Iterator[None]:
    folder = Path(root) / "_locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.lock").open("a+") as handle:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LockedError(_busy(root, table, wait_seconds)) from None
                time.sleep(0.05)
        yield


def _busy(root: str, table: str, wait_seconds: float) -> str:
    return (
        f"Table {table} of {root} is being written by another run (waited {wait_seconds:.0f} s). "
        "Run again when that one has ended; `pumploss status` shows what runs."
    )


@contextmanager
def _s3_lock(root: str, table: str, wait_seconds: float) -> Iterator[None]:
    import boto3

    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    key = f"{prefix}/_locks/{table}" if prefix else f"_locks/{table}"
    client = boto3.client("s3")
    owner = f"{os.getpid()}-{uuid.uuid4().hex}"
    deadline = time.monotonic() + wait_seconds
    while not _put_lock(client, bucket, key, owner):
        if time.monotonic() > deadline:
            raise LockedError(_busy(root, table, wait_seconds))
        time.sleep(0.5)
    try:
        yield
    finally:
        if _holder(client, bucket, key)[0].get("owner") == owner:
            client.delete_object(Bucket=bucket, Key=key)


def _put_lock(client: Any, bucket: str, key: str, owner: str) -> bool:
    """Try to make the lock ours: it is put where none is, or in place of one that has expired."""
    holder, tag = _holder(client, bucket, key)
    if holder and holder.get("expires", 0) > time.time():
        return False
    condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
    body = json.dumps({"owner": owner, "expires": time.time() + EXPIRY_SECONDS}).encode()
    try:
        client.put_object(Bucket=bucket, Key=key, Body=body, **condition)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 409, 412):
            return False
        raise
    return True


def _holder(client: Any, bucket: str, key: str) -> tuple[dict[str, Any], str | None]:
    try:
        stored = client.get_object(Bucket=bucket, Key=key)
    except client.exceptions.NoSuchKey:
        return {}, None
    return json.loads(stored["Body"].read()), stored["ETag"]
