"""The packages that a model is trained with, and those that are needed to load it."""

import zipfile
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement

from pipeweave_dagster.core.families import FAMILIES

_ALWAYS = ("numpy", "pandas", "scikit-learn", "scipy", "skops")


def _family_packages() -> list[str]:
    """Return the packages that only some families need."""
    packages = {family.package for family in FAMILIES.values()}
    return sorted(packages - {*_ALWAYS})


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that train models; those of extras may be missing."""
    found = {}
    for name in (*_ALWAYS, *_family_packages()):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def required(versions: dict[str, str], model: Path) -> list[str]:
    """Return the requirements for loading a model file, pinned to the versions it was trained with.

    Packages of families are among them only where the file contains a model of theirs.
    """
    with zipfile.ZipFile(model) as archive, archive.open("schema.json") as schema:
        text = schema.read()
    used = [name for name in _family_packages() if _mentioned(name, text)]
    return [f"{name}=={versions[name]}" for name in (*_ALWAYS, *used) if name in versions]


def locked(lines: list[str]) -> list[str]:
    """Return these requirements and all their dependencies, each pinned to one version, by name.

    Args:
        lines: Requirements, pinned (`numpy==2.4.6`) or not. Pins stay; everything else is pinned
            to the version installed here, and left out if it is not installed.
    """
    pinned = {name: pin for name, _, pin in (line.partition("==") for line in lines) if pin}
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
    found |= {name: pin for name, pin in pinned.items() if name not in found}
    return [f"{name}=={found[name]}" for name in sorted(found)]


def _mentioned(package: str, schema: bytes) -> bool:
    """Return whether the file contains a class of the package, or its own file format."""
    return f'"{package}.'.encode() in schema or f'"{package}": '.encode() in schema
