"""Listing the landing zone, and comparing it with what was seen, at many objects."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from pipeweave_dagster.adapters.storage import Storage, open_storage
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.landing import Seen, arrivals
from pipeweave_dagster.services.zone_listing import all_uploads
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers import s3

_PER_DATASET = 20


def listing(in_folder: int, in_bucket: int) -> list[dict[str, Any]]:
    """Return a row for a folder and one for an S3 server (SeaweedFS).

    Args:
        in_folder: Files of the landing zone, twenty of each data set.
        in_bucket: The same on the server.
    """
    return [
        _measured("folder", _folder, in_folder),
        _measured("S3 (SeaweedFS)", _bucket, in_bucket),
    ]


def _measured(kind: str, opened: Callable[[], Any], objects: int) -> dict[str, Any]:
    with opened() as storage:
        keys = [
            f"uploads/data-{n // _PER_DATASET:06}/file-{n % _PER_DATASET}.csv"
            for n in range(objects)
        ]
        _fill(storage, keys)
        wall, cpu, server = time.perf_counter(), time.process_time(), _of_children()
        uploads = all_uploads(storage, ["uploads/"], [])
        listed_wall, listed_cpu = time.perf_counter() - wall, time.process_time() - cpu
        server = _of_children() - server
    assert len(uploads) == objects
    now = time.time() + 60
    first = arrivals(uploads, Seen(), now=now, whole=True, limit=objects)
    wall, cpu = time.perf_counter(), time.process_time()
    second = arrivals(uploads, first.seen, now=now, whole=True, limit=20)
    cursor = second.seen.model_dump_json().encode()
    Seen.model_validate_json(cursor)
    assert not second.ready
    return {
        "storage": kind,
        "objects": objects,
        "listing": f"{listed_wall:.1f} s",
        "its processor time here": f"{listed_cpu:.1f} s",
        "of the server": f"{server:.1f} s",
        "comparison and cursor": f"{time.perf_counter() - wall:.1f} s",
        "its processor time": f"{time.process_time() - cpu:.1f} s",
        "cursor": f"{len(cursor) / 2**20:.1f} MB",
    }


def _fill(storage: Storage, keys: list[str]) -> None:
    """Write a small file under each key, in a folder as its user's programs would."""
    if isinstance(storage, FolderStorage):
        for key in keys:
            path = Path(storage.url) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"a\n1\n")
    else:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: storage.put(key, b"a\n1\n"), keys))


def _of_children() -> float:
    """Return the processor time of the server, if one was started."""
    children = psutil.Process().children(recursive=True)
    return sum(sum(child.cpu_times()[:2]) for child in children)


@contextlib.contextmanager
def _folder() -> Iterator[Storage]:
    with tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place:
        yield open_storage(Settings(home=Path(place)))


@contextlib.contextmanager
def _bucket() -> Iterator[Storage]:
    place = Path(tempfile.mkdtemp(prefix="pipeweave-load-"))

    class Places:
        def mktemp(self, name: str) -> Path:
            folder = place / name
            folder.mkdir()
            return folder

    # The fixture of the tests, without pytest.
    server = s3.s3_server.__wrapped__(Places())  # type: ignore[attr-defined]
    found = next(server)
    try:
        env = found.environment()
        yield open_storage(
            Settings(
                home=place,
                storage=env["PIPEWEAVE_STORAGE"],
                s3_endpoint_url=env["S3_ENDPOINT_URL"],
                aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            )
        )
    finally:
        next(server, None)
        shutil.rmtree(place, ignore_errors=True)
