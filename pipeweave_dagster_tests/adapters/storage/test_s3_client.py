"""Timestamps of an S3 server are read as botocore reads them."""

import datetime as dt

import pytest
from botocore.utils import parse_timestamp as of_botocore
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeweave_dagster.adapters.storage.s3_client import make_client, parse_timestamp
from pipeweave_dagster.settings import Settings


@given(st.integers(0, 7 * 10**15), st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_timestamps_of_listings_mean_the_same(microseconds: int, digits: str) -> None:
    moment = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=microseconds)
    text = moment.replace(tzinfo=None).isoformat(timespec=digits) + "Z"
    assert parse_timestamp(text) == of_botocore(text)
    assert parse_timestamp(text).timestamp() == of_botocore(text).timestamp()


@pytest.mark.parametrize(
    "value", ["Mon, 30 Nov 2026 06:00:00 GMT", 1796018400, "1796018400", "20261130T060000Z"]
)
def test_other_spellings_are_left_to_botocore(value: object) -> None:
    assert parse_timestamp(value) == of_botocore(value)


def test_clients_of_listings_use_it() -> None:
    client = make_client(
        Settings(
            s3_endpoint_url="http://127.0.0.1:1",
            aws_access_key_id="a",
            aws_secret_access_key=SecretStr("b" * 32),
        )
    )
    assert (
        client._endpoint._response_parser_factory._defaults["timestamp_parser"] is parse_timestamp
    )
