"""The uploads sensor on real S3 servers, with what only S3 does to keys and time stamps."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.partitions import UPLOAD_TAG
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster_tests.servers.s3 import S3Server

pytestmark = pytest.mark.server
_PART = b"a,b\n" + b"1,2\n" * (5 << 18)  # S3's least size of a part that is not the last: 5 MiB


class Bucket:
    """A bucket of its own on a server, and the sensor that watches it."""

    def __init__(self, server: S3Server, instance: dg.DagsterInstance) -> None:
        self.client, self.name = server.client(), server.bucket()
        resource = WorkbenchResource(storage=f"s3://{self.name}/team")
        defs = build_defs(resources={"workbench": resource})
        self.repository = defs.get_repository_def()
        self.instance, self.cursor = instance, None

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"team/uploads/{key}", Body=body)

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=f"team/uploads/{key}")

    def tick(self) -> list[str]:
        """The keys whose runs one tick starts, below `uploads/`."""
        context = dg.build_sensor_context(
            self.instance,
            cursor=self.cursor,
            repository_def=self.repository,
            sensor_name="uploads",
        )
        result: Any = self.repository.get_sensor_def("uploads")(context)
        if isinstance(result, dg.SkipReason):
            self.cursor = context.cursor
            return []
        self.cursor = result.cursor
        tags = [request.tags[UPLOAD_TAG] for request in result.run_requests]
        return sorted(tag.removeprefix("uploads/") for tag in tags)


@pytest.fixture(params=["s3_server", "moto_server"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server: S3Server = request.getfixturevalue(request.param)
    for name, value in server.environment("s3://unused").items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Bucket(server, instance)


def test_content_a_then_b_then_a_is_three_versions(bucket: Bucket) -> None:
    started = []
    for body, pause_s in ((b"a\n1\n", 0.0), (b"a\n2\n", 0.0), (b"a\n1\n", 1.1)):
        time.sleep(pause_s)  # S3's time stamps have whole seconds: the same bytes in one are one
        bucket.put("d/f.csv", body)
        started += bucket.tick()
    assert started == ["d/f.csv"] * 3
    assert bucket.tick() == []


def test_files_of_one_second_and_keys_before_those_seen_are_not_missed(bucket: Bucket) -> None:
    bucket.put("m/2026-01-02.csv", b"a\n1\n")
    assert bucket.tick() == ["m/2026-01-02.csv"]
    later = ["a/first.csv", "m/2026-01-01.csv", "m/2026-01-02-b.csv", "z/last.csv"]
    for key in later:
        bucket.put(key, b"a\n1\n")
    assert bucket.tick() == later
    assert bucket.tick() == []


def test_a_slow_multipart_upload_is_not_missed(bucket: Bucket) -> None:
    """On AWS its time stamp is its start, long before files that were seen meanwhile."""
    where = {"Bucket": bucket.name, "Key": "team/uploads/slow/slow.csv"}
    upload = {**where, "UploadId": bucket.client.create_multipart_upload(**where)["UploadId"]}
    parts = [
        {"PartNumber": n, "ETag": bucket.client.upload_part(**upload, PartNumber=n, Body=b)["ETag"]}
        for n, b in ((1, _PART), (2, b"3,4\n"))
    ]
    bucket.put("quick/quick.csv", b"a\n1\n")
    assert bucket.tick() == ["quick/quick.csv"], "an upload that is not complete is not seen"
    bucket.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert bucket.tick() == ["slow/slow.csv"]


def test_a_deleted_key_is_forgotten_and_seen_when_it_comes_back(bucket: Bucket) -> None:
    bucket.put("d/f.csv", b"a\n1\n")
    assert bucket.tick() == ["d/f.csv"]
    bucket.delete("d/f.csv")
    assert bucket.tick() == []
    bucket.put("d/f.csv", b"a\n2\n")
    assert bucket.tick() == ["d/f.csv"]
