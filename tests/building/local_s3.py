"""A server on 127.0.0.1 that speaks S3, and what a process needs in its environment to use it."""

import os
from contextlib import contextmanager

from pumploss.settings import ROOT


@contextmanager
def served():
    """The environment of a process that is to use the server, while it runs."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",  # only for a server without TLS
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PUMPLOSS_", "SPARK_"))}
    try:
        yield {**kept, **variables, "PYTHONPATH": str(ROOT)}
    finally:
        server.stop()


@contextmanager
def with_bucket(environment, name):
    """A client of the server, with an empty bucket that is gone afterwards."""
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    try:
        client.create_bucket(Bucket=name)
        yield client
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            for item in page.get("Contents", []):
                client.delete_object(Bucket=name, Key=item["Key"])
        client.delete_bucket(Bucket=name)
    finally:
        client.close()
