"""How much memory is free for the work of a run: by the setting, the container and the machine."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_MB = 1 << 20
_KEPT = 0.9
"""A tenth is left for what others take in the meantime."""
_PROC, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def free_mb(
    limit_mb: int | None, pids: Iterable[int], proc: Path = _PROC, groups: Path = _GROUPS
) -> float | None:
    """What the processes of a run may take beside what they hold, the strictest bound.

    Args:
        limit_mb: The setting: most that all of them may hold together; None for no own bound.
        pids: The processes of the run that are there already.
        proc: Where the kernel tells of processes.
        groups: Where it tells of control groups (a container's limit).

    Returns:
        MB, or None where no bound is set and the system tells nothing (not Linux).
    """
    bounds = [*_machine(proc), *_containers(proc, groups)]
    if limit_mb is not None:
        bounds.append(limit_mb - sum(_held(proc, pid) for pid in pids))
    return max(0.0, _KEPT * min(bounds)) if bounds else None


def _held(proc: Path, pid: int) -> float:
    """What a process holds, in MB; 0 where the system does not tell."""
    pages = _read(proc / str(pid) / "statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / _MB if len(pages) > 1 else 0.0


def _machine(proc: Path) -> Iterator[float]:
    for line in _read(proc / "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) / 1024


def _containers(proc: Path, groups: Path) -> Iterator[float]:
    """What each control group above this process has left; files in its cache can be let go."""
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
