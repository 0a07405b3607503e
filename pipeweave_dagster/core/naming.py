"""Data set names that are safe as partition keys, folders, MLflow names and URLs."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from pathlib import PurePosixPath

from pipeweave_dagster.core.errors import validation_error

# With another last character a folder of that name would be that of another data set; see `slug`.
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_SUFFIXES = re.compile(
    r"(\.(csv|tsv|txt|data|dat|json|jsonl|ndjson|parquet|pq|xlsx|html?|arrow|feather|gz|zip|bz2|zst))+$"
)
SETTINGS_FILE = "pipeweave.yaml"


def check_slug(name: str) -> str:
    """Return the name if it is a valid data set name.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` that suggests a valid name.
    """
    if not _SLUG.fullmatch(name):
        raise validation_error(
            f"{name[:80]!r} is not a valid data set name.",
            fix="Use lower-case letters, digits and, between them, '-' and '_', for example"
            f" {slug(name)!r}.",
            name=name[:80],
        )
    return name


@lru_cache(maxsize=1024)  # a listing asks once for each file of a folder
def slug(text: str) -> str:
    """Return a valid data set name for any text; different names stay different.

    Case, whitespace and accents are folded. If anything else is removed, a short hash is added, so
    that the folders `a,b` and `a;b` do not become one data set.

    Example:
        >>> slug("Sales Q1")
        'sales-q1'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    folded = re.sub(r"[\s.]+", "-", plain.strip())
    name = re.sub(r"[^a-z0-9_-]+", "-", folded).strip("-_")[:63]
    if name and name == folded[:63] and len(folded) <= 63:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name[:56]}-{digest}".lstrip("-")


def name_of_file(file_name: str) -> str:
    """Return the data set name for a file name: `Titanic (1).csv.gz` gives `titanic-1-…`."""
    base = PurePosixPath(file_name.replace("\\", "/")).name
    return slug(_SUFFIXES.sub("", base.lower()) or "data")


def dataset_of_key(key: str) -> str | None:
    """Return the data set of an object in the landing zone; None if it belongs to none.

    Keys have the form `uploads/<dataset>/<file>`; a file directly in `uploads/` names its data set
    itself.
    """
    parts = key.split("/")
    if parts[0] not in {"uploads", "predict", "labels"} or any(p.startswith(".") for p in parts):
        return None
    if len(parts) == 2 and parts[0] == "uploads":
        return None if parts[1] == SETTINGS_FILE else name_of_file(parts[1])
    return slug(parts[1]) if len(parts) >= 3 else None


def without_accents(text: str) -> str:
    """Return a text without the accents that Unicode takes apart from their letters.

    Example:
        >>> without_accents("Prénom, Größe")
        'Prenom, Große'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))
