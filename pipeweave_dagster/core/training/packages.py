"""The packages that a model is made with, and those that it takes to read it again."""

import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ALWAYS = ("numpy", "pandas", "scikit-learn", "scipy", "skops")
_BOOSTERS = ("xgboost", "lightgbm", "catboost")


def package_versions() -> dict[str, str]:
    """Versions of what models are made with, as far as it is installed (extras may not be)."""
    found = {}
    for name in (*_ALWAYS, *_BOOSTERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def required(versions: dict[str, str], model: Path, *also: str) -> list[str]:
    """Requirements of loading a model file, with the versions it was made with.

    Boosters are among them only where the file holds one, or where they are asked for (`also`).
    """
    with zipfile.ZipFile(model) as archive, archive.open("schema.json") as schema:
        text = schema.read()
    boosters = [name for name in _BOOSTERS if name in also or _mentioned(name, text)]
    return [f"{name}=={versions[name]}" for name in (*_ALWAYS, *boosters) if name in versions]


def _mentioned(package: str, schema: bytes) -> bool:
    """Whether a class of the package is in the file, or the content of its own file format."""
    return f'"{package}.'.encode() in schema or f'"{package}": '.encode() in schema
