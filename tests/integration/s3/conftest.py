"""A server on 127.0.0.1 that speaks S3, up for all tests of this folder, and what processes say that use it."""

import json

import pytest

from tests.building import forks
from tests.building.local_s3 import served, with_bucket


@pytest.fixture(scope="package")
def s3():
    """The environment of a process that is to use the server."""
    with served() as environment:
        yield environment


@pytest.fixture
def bucket(s3, request):
    """A client, and the module's `BUCKET`, empty."""
    with with_bucket(s3, request.module.BUCKET) as client:
        yield client


@pytest.fixture
def told(s3):
    """`told(code, *arguments, **variables)`: what a process of its own prints last, read as JSON."""

    def told(code, *arguments, **more):
        done = forks.run(["-c", code, *arguments], {**s3, **more})
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    return told
