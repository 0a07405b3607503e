"""What is in a bucket: its objects and its folders."""

import builtins
from collections.abc import Iterator
from typing import Any

from pipeweave_dagster.adapters.storage.keys import (
    Skipped,
    check_prefix,
    key_problem,
    name_problem,
    printable,
)
from pipeweave_dagster.adapters.storage.protocol import StoredObject
from pipeweave_dagster.adapters.storage.s3_bucket import Bucket
from pipeweave_dagster.adapters.storage.s3_folders import FilledFolders
from pipeweave_dagster.adapters.storage.s3_pages import ahead, one_by_one

_PAGE = 1000


class BucketContents:
    """The part of an S3 storage that lists; see `Storage` for its methods."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._folders = FilledFolders(lambda below: any(self._listed(below, 10)))

    @property
    def url(self) -> str:
        return self._bucket.url

    def list(self, prefix: str, skipped: list[Skipped] | None = None) -> Iterator[StoredObject]:
        for stored in self._listed(check_prefix(prefix)):
            problem = key_problem(stored.key)
            if problem is None:
                yield stored
            elif skipped is not None and "/." not in f"/{stored.key}":
                skipped.append(Skipped(printable(stored.key), problem))

    def _listed(self, prefix: str, page_size: int = _PAGE) -> Iterator[StoredObject]:
        # Every call lists all pages: a start-after key would miss new keys that sort before it.
        where = {
            "Bucket": self._bucket.name,
            "Prefix": self._bucket.prefix + prefix,
            "MaxKeys": page_size,
        }

        def page_after(token: dict[str, str]) -> dict[str, Any]:
            return self._bucket.call(self._bucket.client.list_objects_v2, **where, **token)

        for page in ahead(page_after) if page_size == _PAGE else one_by_one(page_after):
            for item in page.get("Contents", []):
                if not item["Key"].endswith("/"):
                    yield self._bucket.stored(item)

    def shallow(
        self, prefix: str, skipped: "builtins.list[Skipped] | None" = None
    ) -> "tuple[builtins.list[str], builtins.list[StoredObject]]":
        start = f"{self._bucket.prefix}{check_prefix(prefix).rstrip('/')}/"
        pages = self._bucket.call(
            lambda **request: builtins.list(
                self._bucket.client.get_paginator("list_objects_v2").paginate(**request)
            ),
            Bucket=self._bucket.name,
            Prefix=start,
            Delimiter="/",
        )
        names = (e["Prefix"] for page in pages for e in page.get("CommonPrefixes", []))
        folders = [name.removeprefix(start).rstrip("/") for name in names]
        items = (item for page in pages for item in page.get("Contents", []))
        objects = [self._bucket.stored(item) for item in items if not item["Key"].endswith("/")]
        if skipped is not None:
            bad = ((o.key, key_problem(o.key)) for o in objects)
            skipped += [Skipped(printable(k), text) for k, text in bad if text and "/." not in k]
        return (
            [name for name in folders if name_problem(name) is None],
            [stored for stored in objects if key_problem(stored.key) is None],
        )

    def children(self, prefix: str) -> tuple[str, ...]:
        start = f"{self._bucket.prefix}{check_prefix(prefix).rstrip('/')}/"
        pages = self._bucket.client.get_paginator("list_objects_v2").paginate
        prefixes = self._bucket.call(
            lambda **request: [
                entry["Prefix"]
                for page in pages(**request)
                for entry in page.get("CommonPrefixes", [])
            ],
            Bucket=self._bucket.name,
            Prefix=start,
            Delimiter="/",
        )
        names = [name.removeprefix(start).rstrip("/") for name in prefixes]
        safe = [name for name in sorted(names) if name_problem(name) is None]
        return self._folders.among(prefix.rstrip("/"), safe)

    def stat(self, key: str) -> StoredObject | None:
        """See `Storage.stat`; it reads a listing, so that both give the same version.

        The head of an object has the id that a versioned bucket keeps it under, which a listing
        does not have, and on some servers a time in whole seconds instead of milliseconds.
        """
        full_key = self._bucket.where(key)["Key"]
        found = self._bucket.call(
            self._bucket.client.list_objects_v2,
            Bucket=self._bucket.name,
            Prefix=full_key,
            MaxKeys=1,
        )
        items = [item for item in found.get("Contents", []) if item["Key"] == full_key]
        return self._bucket.stored(items[0]) if items else None
