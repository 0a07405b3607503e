"""The strictest of setting, container and machine decides how much memory is free."""

import os

import pytest

from pipeweave_dagster.adapters.machine_memory import free_mb

MB = 1 << 20
V2 = {
    "memory.max": f"{1000 * MB}",
    "memory.current": f"{700 * MB}",
    "memory.stat": f"anon {300 * MB}\ninactive_file {200 * MB}\nactive_file {100 * MB}\n",
}
V1 = {
    "memory.limit_in_bytes": f"{1000 * MB}",
    "memory.usage_in_bytes": f"{700 * MB}",
    "memory.stat": f"total_inactive_file {200 * MB}\ntotal_active_file {100 * MB}\n",
}


@pytest.fixture
def system(tmp_path):
    """A machine with 4,000 MB free, in which one process holds 512 MB."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "self").mkdir(parents=True)
    (proc / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {4000 * 1024} kB\n")
    (proc / "7").mkdir()
    (proc / "7" / "statm").write_text(f"9 {512 * MB // os.sysconf('SC_PAGE_SIZE')} 1")
    return proc, groups


def group(folder, facts):
    folder.mkdir(parents=True)
    for name, text in facts.items():
        (folder / name).write_text(text)


def test_the_machine_alone(system):
    assert free_mb(None, [7], *system) == pytest.approx(0.9 * 4000)


def test_the_setting_counts_what_the_run_holds_already(system):
    assert free_mb(2000, [7, 8], *system) == pytest.approx(0.9 * (2000 - 512))
    assert free_mb(100, [7], *system) == 0


@pytest.mark.parametrize(
    ("line", "place", "facts"),
    [
        ("0::/a/b", "a", V2),
        ("0::/", ".", V2),
        ("4:memory:/docker/x", "memory/docker/x", V1),
        ("4:cpu,memory:/docker/x", "memory/docker", V1),
    ],
)
def test_a_container_counts_with_files_it_can_let_go(system, line, place, facts):
    proc, groups = system
    (proc / "self" / "cgroup").write_text(f"{line}\n1:cpu:/a/b\n")
    group(groups / place, facts)
    assert free_mb(None, [], proc, groups) == pytest.approx(0.9 * (1000 - 700 + 300))
    assert free_mb(300, [], proc, groups) == pytest.approx(0.9 * 300)


def test_no_limit_is_no_bound(system):
    proc, groups = system
    (proc / "self" / "cgroup").write_text("0::/\n")
    group(groups, {**V2, "memory.max": "max"})
    assert free_mb(None, [], proc, groups) == pytest.approx(0.9 * 4000)


def test_where_the_system_tells_nothing_only_the_setting_counts(tmp_path):
    assert free_mb(None, [1], tmp_path, tmp_path) is None
    assert free_mb(1000, [1], tmp_path, tmp_path) == pytest.approx(900)
