"""The key under which an asset's result is reused."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import BaseModel

from pipeweave_dagster.core.documents import DatasetSettings, Document

UPLOAD_CODE_VERSION = "1"
"""The code version of the asset `raw_upload`."""


def reuse_key(
    asset: str, code_version: str, inputs: Mapping[str, Document], reads: Mapping[str, Any]
) -> str:
    """Hash everything that an asset's result depends on.

    Args:
        asset: Name of the asset.
        code_version: Set by hand; changed when the result changes for equal inputs.
        inputs: The documents it reads.
        reads: The settings and parts of documents that it reads besides.
    """
    facts = {
        "asset": asset,
        "code": code_version,
        "inputs": {name: document.sha256 for name, document in inputs.items()},
        "reads": {
            name: value.model_dump(mode="json") if isinstance(value, BaseModel) else value
            for name, value in reads.items()
        },
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]


def upload_reads(
    versions: Sequence[str], settings: DatasetSettings, max_bytes: int
) -> dict[str, Any]:
    """Return what the asset `raw_upload` depends on: the files, the settings and their limit."""
    return {"versions": list(versions), "settings": settings, "limit": max_bytes}


def upload_key(versions: Sequence[str], settings: DatasetSettings, max_bytes: int) -> str:
    """Return the reuse key that `raw_upload` would have now, without a run."""
    reads = upload_reads(versions, settings, max_bytes)
    return reuse_key("raw_upload", UPLOAD_CODE_VERSION, {}, reads)


def code_version(context: dg.AssetExecutionContext) -> str:
    """Return the code version of the asset that is being made."""
    return context.assets_def.code_versions_by_key.get(context.asset_key) or ""


def settings_subset(settings: DatasetSettings, *names: str) -> DatasetSettings:
    """Keep only the settings that an asset reads, so that the others do not make it stale."""
    return DatasetSettings(**{name: getattr(settings, name) for name in names})
