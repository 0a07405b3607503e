"""The object store: a folder or an S3 bucket behind one protocol."""

from pipeweave_dagster.adapters.storage.keys import Skipped
from pipeweave_dagster.adapters.storage.protocol import Storage, StoredObject
from pipeweave_dagster.settings import Settings

__all__ = ["Skipped", "Storage", "StoredObject", "open_storage"]


def open_storage(settings: Settings) -> Storage:
    """Open the storage of the settings: `s3://bucket/prefix`, or a folder."""
    if settings.storage_is_s3:
        from pipeweave_dagster.adapters.storage.s3 import S3Storage
        from pipeweave_dagster.adapters.storage.s3_client import make_client

        bucket, prefix = settings.bucket_and_prefix
        return S3Storage(make_client(settings), bucket, prefix, settings.s3_public_url)
    from pipeweave_dagster.adapters.storage.folder import FolderStorage

    return FolderStorage(settings.storage_folder)
