"""An S3 bucket (or any S3-compatible server) as object store."""

import builtins
import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pipeweave_dagster.adapters.storage.conditional_writes import (
    NOT_IMPLEMENTED,
    require_conditional_writes,
    unconditional,
)
from pipeweave_dagster.adapters.storage.keys import (
    Skipped,
    check_key,
    check_prefix,
    key_problem,
    name_problem,
    printable,
)
from pipeweave_dagster.adapters.storage.local_copy import local_copy
from pipeweave_dagster.adapters.storage.protocol import StoredObject, large_object, missing_object
from pipeweave_dagster.adapters.storage.s3_folders import FilledFolders
from pipeweave_dagster.adapters.storage.s3_pages import ahead, one_by_one
from pipeweave_dagster.core.errors import (
    ErrorCode,
    PipeWeaveError,
    not_found,
    unavailable,
)

T = TypeVar("T")
_CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_MISSING = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}
_REFUSED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"}
# Server and bucket that were seen to honour conditional writes.
_CONDITIONAL: set[tuple[str, str]] = set()
_TRIAL = threading.RLock()
# Metadata of what is written under a condition. Where the response to a write is lost, boto repeats
# the request, which then fails because of the first one: the mark tells whose object is there.
_WRITER = "pipeweave-writer"
_STREAM_ATTEMPTS = 4
_CHUNK = 8 << 20
_PAGE = 1000


class S3Storage:
    """Objects below `s3://bucket/prefix`. Conditional writes use If-Match and If-None-Match."""

    def __init__(
        self, client: Any, bucket: str, prefix: str = "", public_url: str | None = None
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._public_url = public_url
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._folders = FilledFolders(lambda below: any(self._listed(below, 10)))

    @property
    def url(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def list(self, prefix: str, skipped: list[Skipped] | None = None) -> Iterator[StoredObject]:
        for stored in self._listed(check_prefix(prefix)):
            problem = key_problem(stored.key)
            if problem is None:
                yield stored
            elif skipped is not None and "/." not in f"/{stored.key}":
                skipped.append(Skipped(printable(stored.key), problem))

    def _listed(self, prefix: str, page_size: int = _PAGE) -> Iterator[StoredObject]:
        # Every call lists all pages: a start-after key would miss new keys that sort before it.
        where = {"Bucket": self._bucket, "Prefix": self._prefix + prefix, "MaxKeys": page_size}

        def page_after(token: dict[str, str]) -> dict[str, Any]:
            return self._call(self._client.list_objects_v2, **where, **token)

        for page in ahead(page_after) if page_size == _PAGE else one_by_one(page_after):
            for item in page.get("Contents", []):
                if not item["Key"].endswith("/"):
                    yield self._stored(item)

    def shallow(
        self, prefix: str, skipped: "builtins.list[Skipped] | None" = None
    ) -> "tuple[builtins.list[str], builtins.list[StoredObject]]":
        start = f"{self._prefix}{check_prefix(prefix).rstrip('/')}/"
        pages = self._call(
            lambda **request: builtins.list(
                self._client.get_paginator("list_objects_v2").paginate(**request)
            ),
            Bucket=self._bucket,
            Prefix=start,
            Delimiter="/",
        )
        names = (e["Prefix"] for page in pages for e in page.get("CommonPrefixes", []))
        folders = [name.removeprefix(start).rstrip("/") for name in names]
        items = (item for page in pages for item in page.get("Contents", []))
        objects = [self._stored(item) for item in items if not item["Key"].endswith("/")]
        if skipped is not None:
            bad = ((o.key, key_problem(o.key)) for o in objects)
            skipped += [Skipped(printable(k), text) for k, text in bad if text and "/." not in k]
        return (
            [name for name in folders if name_problem(name) is None],
            [stored for stored in objects if key_problem(stored.key) is None],
        )

    def children(self, prefix: str) -> tuple[str, ...]:
        start = f"{self._prefix}{check_prefix(prefix).rstrip('/')}/"
        pages = self._client.get_paginator("list_objects_v2").paginate
        prefixes = self._call(
            lambda **request: [
                entry["Prefix"]
                for page in pages(**request)
                for entry in page.get("CommonPrefixes", [])
            ],
            Bucket=self._bucket,
            Prefix=start,
            Delimiter="/",
        )
        names = [name.removeprefix(start).rstrip("/") for name in prefixes]
        safe = [name for name in sorted(names) if name_problem(name) is None]
        return self._folders.among(prefix.rstrip("/"), safe)

    def stat(self, key: str) -> StoredObject | None:
        """See `Storage.stat`; a listing is asked, so that both name the same version.

        The head of an object has the id that a versioned bucket keeps it under, which a listing
        does not have, and on some servers a time in whole seconds instead of milliseconds.
        """
        full_key = self._where(key)["Key"]
        found = self._call(
            self._client.list_objects_v2, Bucket=self._bucket, Prefix=full_key, MaxKeys=1
        )
        items = [item for item in found.get("Contents", []) if item["Key"] == full_key]
        return self._stored(items[0]) if items else None

    def get(self, key: str, limit: int = 64 << 20) -> bytes:
        def read(**request: str) -> bytes:
            response = self._client.get_object(**request)
            with contextlib.closing(response["Body"]) as body:
                if response["ContentLength"] > limit:
                    raise large_object(key, response["ContentLength"], limit)
                return bytes(body.read())

        try:
            return self._call(read, **self._where(key))
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
        head = self._call(self._client.head_object, **self._where(key))
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
        self._call(self._client.put_object, **self._where(key), Body=data)

    def put_file(self, key: str, path: Path) -> None:
        self._call(self._client.upload_file, str(path), **self._where(key))

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
        place = (self._client.meta.endpoint_url, self._bucket)
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
        self._call(self._client.delete_object, **self._where(key))

    def presign_upload(self, key: str, max_bytes: int, expires_s: int) -> dict[str, Any]:
        post: dict[str, Any] = self._call(
            self._client.generate_presigned_post,
            **self._where(key),
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=expires_s,
        )
        if self._public_url:  # the signature of a form does not cover the host
            post["url"] = f"{self._public_url.rstrip('/')}/{self._bucket}"
        return post

    def _where(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + check_key(key)}

    def _stored(self, item: dict[str, Any]) -> StoredObject:
        key = item["Key"].removeprefix(self._prefix)
        modified = item["LastModified"].timestamp()
        return StoredObject(key, item["Size"], item["ETag"].strip('"'), modified)

    def _read(self, key: str, **part: str) -> tuple[bytes, str]:
        def read(**request: str) -> tuple[bytes, str]:
            response = self._client.get_object(**request)
            return response["Body"].read(), response["ETag"]

        return self._call(read, **self._where(key), **part)

    def _put_on_condition(self, key: str, data: bytes, **condition: str) -> bool:
        from botocore.exceptions import ClientError

        writer = secrets.token_hex(8)
        request = {**self._where(key), "Body": data, "Metadata": {_WRITER: writer}, **condition}
        try:
            self._call(self._client.put_object, **request)
        except PipeWeaveError as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and _code(cause) in _CONFLICTS:
                return _was_repeated(cause) and self._writer_of(key) == writer
            if isinstance(cause, ClientError) and _code(cause) in NOT_IMPLEMENTED:
                raise unconditional(self.url, "does not know conditional writes") from cause
            raise
        return True

    def _writer_of(self, key: str) -> str | None:
        """Return the mark that a conditional write has left on an object."""
        head = self._call(self._client.head_object, **self._where(key))
        mark: str | None = head.get("Metadata", {}).get(_WRITER)
        return mark

    def _call(self, call: Callable[..., T], *args: Any, **request: Any) -> T:
        """Make one request; every failure is raised as a `PipeWeaveError`."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(*args, **request)
        except ClientError as error:
            raise self._explained(error, str(request.get("Key", ""))) from error
        except (BotoCoreError, Boto3Error) as error:
            raise unavailable(
                f"The S3 server of {self.url} did not respond ({type(error).__name__}).",
                fix="Check S3_ENDPOINT_URL and the network; it is retried.",
            ) from error

    def _explained(self, error: Any, key: str) -> PipeWeaveError:
        code = _code(error)
        where = f"{self.url}/{key.removeprefix(self._prefix)}".rstrip("/")
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


def _was_repeated(error: Any) -> bool:
    """Return whether boto has repeated a request: the first one may have been carried out."""
    return bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
