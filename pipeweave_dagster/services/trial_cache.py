"""Where searches keep their finished trials, so that an interrupted one continues."""

import hashlib
import json
import shutil
from importlib import metadata
from pathlib import Path

from pipeweave_dagster.core.documents import DatasetSnapshot, PipelineSpec
from pipeweave_dagster.core.training.artifacts.packages import package_versions
from pipeweave_dagster.services.workbench import Workbench

# Changed when candidates of one name, or folds of one number, come to mean something else.
_VERSION = "3"
_KEPT_FOLDERS = 20
_KEPT_BYTES = 2**30
TRIALS_FILE = "trials.jsonl"
"""The log of one search in its folder, which `core.training.search.trial_log` writes."""


def trials_folder(
    workbench: Workbench, spec: PipelineSpec, snapshot: DatasetSnapshot, tested_like: str = ""
) -> Path:
    """Return the folder for finished trials on this table with this pipeline.

    It is in the cache of this machine; without it a search starts from scratch. Each set of package
    versions has a folder of its own. The oldest folders are removed beyond twenty folders or 1 GB
    in total. `tested_like` is the digest of the test rows that the training follows.
    """
    own = trials_path(workbench.settings.cache_folder, spec, snapshot, tested_like)
    root = own.parent
    others = sorted((p for p in root.glob("*") if p != own), key=lambda p: -p.stat().st_mtime)
    total = _bytes_in(own)
    for place, folder in enumerate(others):
        total += _bytes_in(folder)
        if place >= _KEPT_FOLDERS - 1 or total > _KEPT_BYTES:
            shutil.rmtree(folder, ignore_errors=True)
    return own


def trials_path(
    cache: Path, spec: PipelineSpec, snapshot: DatasetSnapshot, tested_like: str = ""
) -> Path:
    """Return where the finished trials of a search lie, whether there are any or not."""
    packages = json.dumps({**package_versions(), "pipeweave": metadata.version("pipeweave")})
    # What the model is trained for changes the choice from the trials, not the trials.
    spec = spec.model_copy(update={"train_for": "accuracy"})
    facts = [spec.sha256, snapshot.data.sha256, _VERSION, packages, *filter(None, [tested_like])]
    return cache / "trials" / hashlib.sha256("\n".join(facts).encode()).hexdigest()[:32]


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
