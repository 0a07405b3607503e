"""The packages that a model is made with, and those that it takes to read it again."""

import zipfile
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement

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


def required(versions: dict[str, str], model: Path) -> list[str]:
    """Requirements of loading a model file, with the versions it was made with.

    Boosters are among them only where the file holds one.
    """
    with zipfile.ZipFile(model) as archive, archive.open("schema.json") as schema:
        text = schema.read()
    boosters = [name for name in _BOOSTERS if _mentioned(name, text)]
    return [f"{name}=={versions[name]}" for name in (*_ALWAYS, *boosters) if name in versions]


def locked(lines: list[str]) -> list[str]:
    """These requirements and all that they need in turn, each with one version, by name.

    Args:
        lines: Requirements, pinned (`numpy==2.4.6`) or not; what is pinned stays as it is, all
            else gets the version that is installed here, and is left out where there is none.
    """
    pinned = {name: said for name, _, said in (line.partition("==") for line in lines) if said}
    found: dict[str, str] = {}
    waiting = [line.partition("==")[0] for line in lines]
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            known = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = pinned.get(name, known.version)
        needs = (Requirement(text) for text in known.requires or [])
        waiting += [r.name for r in needs if r.marker is None or r.marker.evaluate({"extra": ""})]
    found |= {name: said for name, said in pinned.items() if name not in found}
    return [f"{name}=={found[name]}" for name in sorted(found)]


def _mentioned(package: str, schema: bytes) -> bool:
    """Whether a class of the package is in the file, or the content of its own file format."""
    return f'"{package}.'.encode() in schema or f'"{package}": '.encode() in schema
