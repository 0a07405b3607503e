"""What is read quickly of an S3 server's listings is what botocore reads."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import botocore.session
import pytest
from botocore.handlers import decode_list_object_v2
from botocore.parsers import create_parser
from botocore.utils import parse_timestamp as of_botocore
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeweave_dagster.adapters.storage.s3_client import make_client
from pipeweave_dagster.adapters.storage.s3_listing import (
    ListedObjects,
    parse_timestamp,
    take_objects,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
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


def body_of(objects: list[dict[str, str]], space: str = _SPACE, more: str = "") -> bytes:
    contents = "".join(
        f"<Contents>{''.join(f'<{k}>{escape(v)}</{k}>' for k, v in o.items())}</Contents>"
        for o in objects
    )
    rest = "<IsTruncated>true</IsTruncated><NextContinuationToken>&lt;n&gt;</NextContinuationToken>"
    return (
        f"<ListBucketResult{space}><Name>b</Name>{contents}{more}{rest}</ListBucketResult>".encode()
    )


def parsed(body: bytes, *, quickly: bool) -> dict[str, Any]:
    response: dict[str, Any] = {"status_code": 200, "headers": {}, "body": body}
    own: dict[str, Any] = {}
    if quickly:
        take_objects(response_dict=response, customized_response_dict=own)
    found = {**create_parser("rest-xml").parse(response, _LISTING), **own}
    decode_list_object_v2(found, {"encoding_type_auto_set": True})
    return {**found, "Contents": [*found.get("Contents", [])], "EncodingType": None}


@given(
    objects=st.lists(st.tuples(_KEYS, _KEYS, st.integers(0, 2**40)), max_size=4),
    space=st.sampled_from([_SPACE, ""]),
    encoded=st.sampled_from([None, quote, quote_plus]),
)
@example(objects=[(" a ", '"&<e>"', 0)], space="", encoded=None)
@example(objects=[("50%+</Contents>", "<Contents>", 0)], space=_SPACE, encoded=quote)
@example(objects=[("a + b", "e", 0)], space=_SPACE, encoded=quote_plus)
def test_a_page_is_read_as_botocore_reads_it(
    objects: list[tuple[str, str, int]], space: str, encoded: Callable[[str], str] | None
) -> None:
    values = [
        (encoded(key) if encoded else key, "2026-11-30T06:00:00.120Z", tag, str(size))
        for key, tag, size in objects
    ]
    more = "<EncodingType>url</EncodingType>" if encoded else ""
    body = body_of([dict(zip(_FIELDS, value, strict=True)) for value in values], space, more)
    assert parsed(body, quickly=True) == parsed(body, quickly=False)


OBJECT = dict(zip(_FIELDS, ("a", "2026-11-30T06:00:00Z", "e", "1"), strict=True))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"no xml"),
        (200, body_of([])),
        (503, body_of([OBJECT])),
        (200, body_of([OBJECT], more="<CommonPrefixes><Prefix>a%20/</Prefix></CommonPrefixes>")),
        (200, b"<!DOCTYPE x []>" + body_of([OBJECT])),
        (200, b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body_of([OBJECT])),
        (200, b"<Error><Code>InternalError</Code><Contents></Contents></Error>"),
    ],
)
def test_what_is_no_plain_page_is_left_to_botocore(status: int, body: bytes) -> None:
    response: dict[str, Any] = {"status_code": status, "headers": {}, "body": body}
    own: dict[str, Any] = {}
    take_objects(response_dict=response, customized_response_dict=own)
    assert (response["body"], own) == (body, {})


@pytest.mark.parametrize(
    "xml",
    [
        b"<Contents><Key>a</Key><Size>1</Size></Contents>",
        b"<Contents><Key>a</Contents>",
        b"<Contents><Key>&bomb;</Key></Contents>",
    ],
)
def test_a_page_that_cannot_be_read_is_an_error_of_the_server(xml: bytes) -> None:
    with pytest.raises(PipeWeaveError, match="cannot be read") as caught:
        list(ListedObjects(xml, encoded=False))
    assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE


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
