"""Send a file that was copied from the storage, and remove the copy."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from pipeweave_dagster.adapters.state import DocumentStore

_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def download(store: DocumentStore, name: str, kind: str, fetch: Callable[[Path], Path]) -> Response:
    """Return a file as a download; nothing in it is ever shown as a page.

    Args:
        store: Its cache folder has the copy while it is sent.
        name: What the file is called, without its ending.
        kind: `csv` or `parquet`.
        fetch: Copies the file into an empty folder and returns its path.
    """
    store.cache.mkdir(parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory(dir=store.cache)  # removed once the file is sent
    try:
        path = fetch(Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    shown = quote(f"{name}.{kind}", safe="")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{shown}",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    done = BackgroundTask(folder.cleanup)
    return FileResponse(path, headers=headers, media_type=_TYPES[kind], background=done)
