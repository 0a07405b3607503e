"""The boto3 client: bounded timeouts, retries, and listings that are read quickly."""

from functools import cache
from typing import Any

from pipeweave_dagster.adapters.storage.s3_listing import parse_timestamp, take_objects
from pipeweave_dagster.settings import Settings


def make_client(settings: Settings) -> Any:
    """Return a boto3 S3 client with bounded timeouts and standard retries."""
    from botocore.config import Config

    client = client_session().client(
        "s3",
        endpoint_url=settings.s3_endpoint_url,
        aws_access_key_id=settings.aws_access_key_id,
        aws_secret_access_key=settings.secret("aws_secret_access_key"),
        region_name=settings.aws_region,
        config=Config(
            retries={"mode": "standard"},  # AWS_MAX_ATTEMPTS applies, 3 by default
            connect_timeout=5,
            read_timeout=30,
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.s3_endpoint_url else "auto"},
        ),
    )
    client.meta.events.register_first("before-parse.s3.ListObjectsV2", take_objects)
    return client


@cache
def client_session() -> Any:
    """Return a session of our own: its parser of timestamps is another than the default."""
    import boto3
    import botocore.session

    core = botocore.session.get_session()
    factory = core.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=parse_timestamp)
    return boto3.Session(botocore_session=core)
