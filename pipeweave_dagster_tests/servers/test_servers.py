"""The servers that other tests stand on are real: they check keys, and keep what they are given."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeweave_dagster_tests.servers.s3 import S3Server

pytestmark = pytest.mark.server


def test_seaweedfs_refuses_a_wrong_key(s3_server: S3Server) -> None:
    stranger = S3Server(s3_server.endpoint, s3_server.access_key, "wrong")
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.client().list_buckets()


@pytest.mark.parametrize("server", ["s3_server", "moto_server"])
def test_server_refuses_to_overwrite_when_asked(
    server: str, request: pytest.FixtureRequest
) -> None:
    s3: S3Server = request.getfixturevalue(server)
    client, bucket = s3.client(), s3.bucket()
    client.put_object(Bucket=bucket, Key="a/b", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client.put_object(Bucket=bucket, Key="a/b", Body=b"2", IfNoneMatch="*")
    assert client.get_object(Bucket=bucket, Key="a/b")["Body"].read() == b"1"


@pytest.mark.browser
def test_browser_draws_a_page(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<h1>PipeWeave</h1>")
    assert page.inner_text("h1") == "PipeWeave"
    page.close()
