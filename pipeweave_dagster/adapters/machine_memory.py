"""Memory that a run may use: limited by the setting, the container and the machine."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_MB = 1 << 20
_KEPT = 0.9
"""A tenth is left for other processes."""
_PROC, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def free_mb(
    limit_mb: int | None, pids: Iterable[int], proc: Path = _PROC, groups: Path = _GROUPS
) -> float | None:
    """Return how much more memory the processes of a run may use, by the strictest limit.

    Args:
        limit_mb: The setting for all of them together; None for no limit.
        pids: The processes of the run.
        proc: The kernel's process information.
        groups: The kernel's control groups (a container's limit).

    Returns:
        MB, or None without a setting on a system that reports nothing (not Linux).
    """
    bounds = [*_machine(proc), *_containers(proc, groups)]
    if limit_mb is not None:
        bounds.append(limit_mb - sum(_used(proc, pid) for pid in pids))
    return max(0.0, _KEPT * min(bounds)) if bounds else None


def _used(proc: Path, pid: int) -> float:
    """Return the resident memory of a process in MB; 0 if it is unknown."""
    pages = _read(proc / str(pid) / "statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / _MB if len(pages) > 1 else 0.0


def _machine(proc: Path) -> Iterator[float]:
    for line in _read(proc / "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) / 1024


def _containers(proc: Path, groups: Path) -> Iterator[float]:
    """Yield what is left in each control group of this process; cached files can be evicted."""
    for line in _read(proc / "self" / "cgroup").splitlines():
        _, names, path = line.split(":", 2)
        own = Path(path.lstrip("/"))
        for folder in (own, *own.parents):
            if names == "":
                yield from _left(groups / folder, "memory.max", "memory.current", "")
            elif "memory" in names.split(","):
                place = groups / "memory" / folder
                yield from _left(place, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")


def _left(folder: Path, limit: str, usage: str, prefix: str) -> Iterator[float]:
    most, used = _read(folder / limit).strip(), _read(folder / usage).strip()
    if not (most.isdigit() and used.isdigit()):
        return
    facts = dict(line.split() for line in _read(folder / "memory.stat").splitlines())
    cached = sum(int(facts.get(f"{prefix}{name}_file", 0)) for name in ("inactive", "active"))
    yield (int(most) - int(used) + cached) / _MB


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
