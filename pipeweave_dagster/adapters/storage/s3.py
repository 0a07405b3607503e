"""An S3 bucket (or any S3-compatible server) as object store: how objects are read and written."""

import contextlib
import secrets
import threading
from pathlib import Path
from typing import Any, BinaryIO

from pipeweave_dagster.adapters.storage.conditional_writes import (
    NOT_IMPLEMENTED,
    require_conditional_writes,
    unconditional,
)
from pipeweave_dagster.adapters.storage.keys import check_key
from pipeweave_dagster.adapters.storage.local_copy import local_copy
from pipeweave_dagster.adapters.storage.protocol import large_object, missing_object
from pipeweave_dagster.adapters.storage.s3_bucket import Bucket, error_code
from pipeweave_dagster.adapters.storage.s3_contents import BucketContents
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable

_CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
# Server and bucket that were seen to honour conditional writes.
_CONDITIONAL: set[tuple[str, str]] = set()
_TRIAL = threading.RLock()
# Metadata of what is written under a condition. Where the response to a write is lost, boto repeats
# the request, which then fails because of the first one: the mark shows whose object is there.
_WRITER = "pipeweave-writer"
_STREAM_ATTEMPTS = 4
_CHUNK = 8 << 20


class S3Storage(BucketContents):
    """Objects below `s3://bucket/prefix`. Conditional writes use If-Match and If-None-Match."""

    def __init__(
        self, client: Any, bucket: str, prefix: str = "", public_url: str | None = None
    ) -> None:
        super().__init__(Bucket(client, bucket, prefix))
        self._public_url = public_url

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        def read(**request: str) -> bytes:
            response = self._bucket.client.get_object(**request)
            with contextlib.closing(response["Body"]) as body:
                if response["ContentLength"] > limit:
                    raise large_object(key, response["ContentLength"], limit)
                return bytes(body.read())

        try:
            return self._bucket.call(read, **self._bucket.where(key))
        except PipeWeaveError as error:
            if error.code is ErrorCode.NOT_FOUND:
                raise missing_object(key, self.url) from error
            raise

    def get_tagged(self, key: str) -> tuple[bytes, str] | None:
        try:
            return self._read(key)
        except PipeWeaveError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return None
            raise

    def fetch(self, key: str, path: Path) -> None:
        """See `Storage.fetch`; a broken stream is resumed, and always reads one version."""
        head = self._bucket.call(self._bucket.client.head_object, **self._bucket.where(key))
        with local_copy(path) as file:
            for attempt in range(_STREAM_ATTEMPTS):
                try:
                    self._stream(key, head["ETag"], head["ContentLength"], file)
                    break
                except PipeWeaveError as error:
                    if error.code is not ErrorCode.SERVICE_UNAVAILABLE:
                        raise
                    if attempt + 1 == _STREAM_ATTEMPTS:
                        raise unavailable(
                            f"Reading {key!r} from {self.url} failed {attempt + 1} times.",
                            fix="Check the network to the S3 server; it is retried.",
                        ) from error

    def _stream(self, key: str, tag: str, size: int, file: BinaryIO) -> None:
        while (start := file.tell()) < size:
            end = min(start + _CHUNK, size) - 1
            part = {"Range": f"bytes={start}-{end}", "IfMatch": tag}
            file.write(self._read(key, **part)[0])

    def local_path(self, key: str) -> Path | None:
        check_key(key)
        return None

    def put(self, key: str, data: bytes) -> None:
        self._bucket.call(self._bucket.client.put_object, **self._bucket.where(key), Body=data)

    def put_file(self, key: str, path: Path) -> None:
        self._bucket.call(self._bucket.client.upload_file, str(path), **self._bucket.where(key))

    def put_if_absent(self, key: str, data: bytes) -> bool:
        self._require_conditions()
        return self._put_on_condition(key, data, IfNoneMatch="*")

    def put_if_match(self, key: str, data: bytes, tag: str | None) -> bool:
        if tag is None:
            return self.put_if_absent(key, data)
        self._require_conditions()
        return self._put_on_condition(key, data, IfMatch=tag)

    def _require_conditions(self) -> None:
        """Try once per process and bucket whether the server honours conditional writes."""
        place = (self._bucket.client.meta.endpoint_url, self._bucket.name)
        with _TRIAL:  # other threads wait for its result; its own writes pass
            if place in _CONDITIONAL:
                return
            _CONDITIONAL.add(place)
            try:
                require_conditional_writes(self, self.url)
            except PipeWeaveError:
                _CONDITIONAL.discard(place)
                raise

    def delete(self, key: str) -> None:
        self._folders.forget(key)
        self._bucket.call(self._bucket.client.delete_object, **self._bucket.where(key))

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        post: dict[str, Any] = self._bucket.call(
            self._bucket.client.generate_presigned_post,
            **self._bucket.where(key),
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=expires_s,
        )
        if self._public_url:  # the signature of a form does not cover the host
            post["url"] = f"{self._public_url.rstrip('/')}/{self._bucket.name}"
        return post

    def _read(self, key: str, **part: str) -> tuple[bytes, str]:
        def read(**request: str) -> tuple[bytes, str]:
            response = self._bucket.client.get_object(**request)
            return response["Body"].read(), response["ETag"]

        return self._bucket.call(read, **self._bucket.where(key), **part)

    def _put_on_condition(self, key: str, data: bytes, **condition: str) -> bool:
        from botocore.exceptions import ClientError

        writer = secrets.token_hex(8)
        request = {
            **self._bucket.where(key),
            "Body": data,
            "Metadata": {_WRITER: writer},
            **condition,
        }
        try:
            self._bucket.call(self._bucket.client.put_object, **request)
        except PipeWeaveError as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and error_code(cause) in _CONFLICTS:
                return _was_repeated(cause) and self._writer_of(key) == writer
            if isinstance(cause, ClientError) and error_code(cause) in NOT_IMPLEMENTED:
                raise unconditional(self.url, "does not know conditional writes") from cause
            raise
        return True

    def _writer_of(self, key: str) -> str | None:
        """Return the mark that a conditional write has left on an object."""
        head = self._bucket.call(self._bucket.client.head_object, **self._bucket.where(key))
        mark: str | None = head.get("Metadata", {}).get(_WRITER)
        return mark


def _was_repeated(error: Any) -> bool:
    """Return whether boto has repeated a request: the first one may have been carried out."""
    return bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))
