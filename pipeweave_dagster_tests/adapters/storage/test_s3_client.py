"""What is read quickly of an S3 server's listings is what botocore reads."""

import copy
import datetime as dt
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
import pytest
from botocore.parsers import create_parser
from botocore.utils import parse_timestamp as of_botocore
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeweave_dagster.adapters.storage.s3_client import make_client
from pipeweave_dagster.adapters.storage.s3_listing import parse_timestamp, take_objects
from pipeweave_dagster.settings import Settings

_LISTING = (
    botocore.session.get_session()
    .get_service_model("s3")
    .operation_model("ListObjectsV2")
    .output_shape
)
_SPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_KEYS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
_FIELDS = ("Key", "LastModified", "ETag", "Size")


def body_of(
    objects: list[dict[str, str]], space: str = _SPACE, root: str = "ListBucketResult"
) -> bytes:
    contents = "".join(
        f"<Contents>{''.join(f'<{k}>{escape(v)}</{k}>' for k, v in o.items())}</Contents>"
        for o in objects
    )
    folder = "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"
    rest = "<IsTruncated>true</IsTruncated><NextContinuationToken>&lt;n&gt;</NextContinuationToken>"
    text = f"<{root}{space}><Name>b</Name>{contents}{folder}{rest}</{root}>"
    return text.encode()


def parsed(body: bytes, *, quickly: bool, status: int = 200) -> dict[str, Any]:
    response, own = {"status_code": status, "headers": {}, "body": body}, {}
    if quickly:
        take_objects(response_dict=response, customized_response_dict=own)
    return {**create_parser("rest-xml").parse(response, _LISTING), **own}


@given(st.lists(st.tuples(_KEYS, _KEYS, st.integers(0, 2**40)), max_size=4), st.booleans())
@example(objects=[(" a ", '"&<e>"', 0)], with_space=True)
def test_a_page_is_read_as_botocore_reads_it(
    objects: list[tuple[str, str, int]], with_space: bool
) -> None:
    values = [(key, "2026-11-30T06:00:00.120Z", tag, str(size)) for key, tag, size in objects]
    body = body_of(
        [dict(zip(_FIELDS, value, strict=True)) for value in values], _SPACE if with_space else ""
    )
    assert parsed(body, quickly=True) == parsed(body, quickly=False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        body_of([{"Key": "a", "Size": "1"}]),
        body_of([{"Key": "a", "LastModified": "soon", "ETag": "e", "Size": "many"}]),
        b"<Error><Code>InternalError</Code><Message>again</Message></Error>",
    ],
)
def test_what_is_no_plain_page_is_left_to_botocore(body: bytes) -> None:
    response, own = {"status_code": 200, "headers": {}, "body": body}, {}
    before = copy.deepcopy(response)
    take_objects(response_dict=response, customized_response_dict=own)
    assert (response, own) == (before, {})


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


def test_clients_use_both() -> None:
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
    response = {"status_code": 200, "headers": {}, "body": body_of([dict.fromkeys(_FIELDS, "0")])}
    model = client.meta.service_model.operation_model("ListObjectsV2")
    own: dict[str, Any] = {}
    client.meta.events.emit(
        "before-parse.s3.ListObjectsV2",
        operation_model=model,
        response_dict=response,
        customized_response_dict=own,
    )
    assert [found["Key"] for found in own["Contents"]] == ["0"]
