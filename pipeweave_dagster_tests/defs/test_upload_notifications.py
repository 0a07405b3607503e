"""The uploads sensor with a real queue that a real bucket notifies."""

from collections.abc import Iterator
from typing import Any

import boto3
import dagster as dg
import pytest

from pipeweave_dagster.adapters.storage.s3_client import client_session
from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.partitions import UPLOAD_TAG
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster_tests.servers.s3 import S3Server

pytestmark = pytest.mark.server


class Zone:
    """A bucket that notifies a queue, and what the sensor requests of the server."""

    def __init__(self, server: S3Server, instance: dg.DagsterInstance) -> None:
        self.server, self.instance = server, instance
        self.client, self.name = server.client(), server.bucket()
        self.cursor: str | None = None
        self.puts = 0
        self.sqs: Any = boto3.client(
            "sqs",
            endpoint_url=server.endpoint,
            aws_access_key_id=server.access_key,
            aws_secret_access_key=server.secret_key,
            region_name="us-east-1",
        )
        self.queue = self.sqs.create_queue(QueueName=self.name)["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{self.name}"
        told = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}]
        self.client.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"QueueConfigurations": told}
        )
        resource = WorkbenchResource(storage=f"s3://{self.name}/team")
        self.repository = build_defs(resources={"workbench": resource}).get_repository_def()

    def put(self, key: str) -> None:
        """Upload a table; never the same twice, which within a second would be no new version."""
        self.puts += 1
        body = b"a,b\n1,%d\n" % self.puts
        self.client.put_object(Bucket=self.name, Key=f"team/{key}", Body=body)

    def tick(self) -> tuple[list[str], str]:
        """The keys whose runs one tick requests, and why it requests none."""
        context = dg.build_sensor_context(
            self.instance,
            cursor=self.cursor,
            repository_def=self.repository,
            sensor_name="uploads",
        )
        result: Any = self.repository.get_sensor_def("uploads")(context)
        if isinstance(result, dg.SkipReason):
            self.cursor = context.cursor
            return [], str(result.skip_message)
        self.cursor = result.cursor
        return sorted(request.tags[UPLOAD_TAG] for request in result.run_requests), ""


@pytest.fixture
def zone(moto_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    for name, value in moto_server.environment("s3://unused").items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.ephemeral() as instance:
        found = Zone(moto_server, instance)
        monkeypatch.setenv("PIPEWEAVE_UPLOAD_EVENTS", found.queue)
        yield found


def test_uploads_are_found_by_their_notifications(zone: Zone) -> None:
    zone.put("uploads/first/a.csv")
    assert zone.tick() == (["uploads/first/a.csv"], "")
    for key in ("uploads/my data, 2026/ä+b.csv", "uploads/file.csv", "mlflow/1/model"):
        zone.put(key)
    assert zone.tick() == (["uploads/file.csv", "uploads/my data, 2026/ä+b.csv"], "")
    zone.tick()  # confirms the last one
    assert zone.tick() == ([], "no notification of an upload has arrived")
    zone.put("uploads/first/a.csv")
    assert zone.tick() == (["uploads/first/a.csv"], "")


def test_an_idle_bucket_gets_no_request(zone: Zone) -> None:
    """Without notifications every listing costs one request per thousand objects."""
    zone.put("uploads/first/a.csv")
    zone.tick()
    zone.tick()
    requests: list[str] = []
    events = client_session().events
    events.register("before-call.s3", lambda model, **_: requests.append(model.name), "count")
    try:
        for _ in range(5):
            assert zone.tick() == ([], "no notification of an upload has arrived")
        assert requests == []
        zone.put("uploads/first/b.csv")
        assert zone.tick()[0] == ["uploads/first/b.csv"]
        assert "ListObjectsV2" in requests
    finally:
        events.unregister("before-call.s3", unique_id="count")


def test_without_the_queue_everything_is_listed(zone: Zone) -> None:
    zone.tick()
    zone.sqs.delete_queue(QueueUrl=zone.queue)
    zone.put("uploads/first/a.csv")
    assert zone.tick() == (["uploads/first/a.csv"], "")
    assert "PIPEWEAVE_UPLOAD_EVENTS failed: QueueDoesNotExist" in zone.tick()[1]
