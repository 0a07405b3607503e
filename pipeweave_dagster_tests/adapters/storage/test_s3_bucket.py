"""Failures of requests to a bucket are told in words that lead to their cause."""

import os

import pytest

from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings


def test_without_keys_the_error_names_them_and_not_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that is not given any; boto would look for a role of the machine, too."""
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings = Settings(storage="s3://bucket", s3_endpoint_url="http://127.0.0.1:1")
    with pytest.raises(PipeWeaveError, match="no keys for the S3 server of s3://bucket") as caught:
        open_storage(settings).get("x")
    assert "AWS_ACCESS_KEY_ID" in caught.value.fix
