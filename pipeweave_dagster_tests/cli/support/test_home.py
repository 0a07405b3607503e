"""A home that does not exist yet, opened by several processes at once."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_many_commands_may_be_the_first(home: Path) -> None:
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "runs", "ls", "--json"]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert '"runs": []' in out
    assert (home / "dagster" / "dagster.yaml").is_file()
