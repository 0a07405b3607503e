"""Requests to the bucket of an S3 storage: which object is meant, and what an error means."""

from collections.abc import Callable
from typing import Any, TypeVar

from pipeweave_dagster.adapters.storage.keys import check_key
from pipeweave_dagster.adapters.storage.protocol import StoredObject
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, not_found, unavailable

T = TypeVar("T")
_MISSING = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}
_REFUSED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"}


class Bucket:
    """A client of boto3 with the bucket and the prefix below which all keys are."""

    def __init__(self, client: Any, name: str, prefix: str) -> None:
        self.client = client
        self.name = name
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    @property
    def url(self) -> str:
        """Address of the bucket and its prefix."""
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def where(self, key: str) -> dict[str, str]:
        """Return the arguments of a request for one object."""
        return {"Bucket": self.name, "Key": self.prefix + check_key(key)}

    def stored(self, item: dict[str, Any]) -> StoredObject:
        """Return the entry of an object in a listing."""
        key = item["Key"].removeprefix(self.prefix)
        modified = item["LastModified"].timestamp()
        return StoredObject(key, item["Size"], item["ETag"].strip('"'), modified)

    def call(self, call: Callable[..., T], *args: Any, **request: Any) -> T:
        """Make one request; every failure is raised as a `PipeWeaveError`."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            PartialCredentialsError,
        )

        try:
            return call(*args, **request)
        except ClientError as error:
            raise self._explained(error, str(request.get("Key", ""))) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise unavailable(  # a role of the machine may be there a moment later
                f"There are no keys for the S3 server of {self.url} ({type(error).__name__}).",
                fix="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role;"
                " it is retried.",
            ) from error
        except (BotoCoreError, Boto3Error) as error:
            raise unavailable(
                f"The S3 server of {self.url} did not respond ({type(error).__name__}).",
                fix="Check S3_ENDPOINT_URL and the network; it is retried.",
            ) from error

    def _explained(self, error: Any, key: str) -> PipeWeaveError:
        code = error_code(error)
        where = f"{self.url}/{key.removeprefix(self.prefix)}".rstrip("/")
        if code in _MISSING:
            return not_found(f"{where} does not exist.", fix="Check bucket and key.", s3_code=code)
        if code in _REFUSED:
            return PipeWeaveError(
                ErrorCode.FORBIDDEN,
                f"The S3 server refused access to {where} ({code}).",
                fix="Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy.",
            )
        return unavailable(
            f"The S3 server returned {code} for {where}.",
            fix="See the log of the server; it is retried.",
            s3_code=code,
        )


def error_code(error: Any) -> str:
    """Return the code of a `ClientError` of botocore."""
    return str(error.response.get("Error", {}).get("Code", ""))
