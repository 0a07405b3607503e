"""The bucket of the stack, as whoever has the keys sees it."""

from collections.abc import Mapping


class Bucket:
    """All objects of the stack's bucket.

    Args:
        environment: Of a service that may read it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        import boto3

        self._name = environment["S3_BUCKET"]
        self._client = boto3.client(
            "s3",
            endpoint_url=environment["S3_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
        )

    def keys(self) -> list[str]:
        """The keys of all objects."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> bytes:
        """One object."""
        return self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
