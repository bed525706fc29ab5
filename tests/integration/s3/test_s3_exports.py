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
asked = []
place._client.meta.events.register("before-call.s3.*", lambda model, **_: asked.append(model.name))
written = [export(place, {"a": [{"rank": 1}], "b": []}, at, "p1"), export(place, {"a": [{"rank": 1}]}, at, "p2")]
read = place.read("nowhere.json"), place.tag("nowhere.json"), place.tag("a.json")
print(json.dumps([written, read, asked.count("GetObject")]))
"""


def test_objects_have_the_headers_of_the_index_and_are_written_where_they_changed(bucket, told):
    written, read, bodies = told(EXPORT)
    assert written == [4, 0]
    keys = {item["Key"]: item["ETag"] for item in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert sorted(keys) == ["site/a.json", "site/a.json.gz", "site/index.json", "site/index.json.gz"]
    assert read == [None, None, keys["site/a.json"]]
    assert bodies == 3, "the index of before, and one that is not there: pages are asked for their tags alone"
    packed = bucket.get_object(Bucket=BUCKET, Key="site/a.json.gz")
    assert (packed["ContentEncoding"], packed["ContentType"]) == ("gzip", "application/json")
    assert packed["CacheControl"] == "public, max-age=60, stale-while-revalidate=3600"
