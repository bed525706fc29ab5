"""Exports to a bucket carry the headers that they are served with."""

import pytest

BUCKET = "exports"
pytestmark = pytest.mark.slow

EXPORT = """
import json, sys
from datetime import UTC, datetime
from pumploss.exports import export, target
at = datetime(2026, 2, 1, tzinfo=UTC)
place = target("s3://exports/site")
written = [export(place, {"a": [{"rank": 1}], "b": []}, at, "p1"), export(place, {"a": [{"rank": 1}]}, at, "p2")]
print(json.dumps(written))
"""


def test_objects_have_the_headers_of_the_index_and_are_written_where_they_changed(bucket, told):
    assert told(EXPORT) == [4, 0]
    keys = {item["Key"]: item["ETag"] for item in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert sorted(keys) == ["site/a.json", "site/a.json.gz", "site/index.json", "site/index.json.gz"]
    packed = bucket.get_object(Bucket=BUCKET, Key="site/a.json.gz")
    assert (packed["ContentEncoding"], packed["ContentType"]) == ("gzip", "application/json")
    assert packed["CacheControl"] == "public, max-age=60, stale-while-revalidate=3600"
