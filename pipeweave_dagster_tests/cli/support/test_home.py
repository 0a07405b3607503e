"""A home that does not exist yet, opened by several processes at once."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
# Forked after the imports, which would cost more than what is tested.
_AT_ONCE = """
import os, sys
import dagster
from pipeweave_dagster.cli import main

sys.argv = ["pipeweave", "runs", "ls", "--json"]
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    children.append(child)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


def test_many_commands_may_be_the_first(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _AT_ONCE],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[0, 0, 0, 0]", done.stderr
    assert done.stdout.count('"runs": []') == 4
    assert (home / "dagster" / "dagster.yaml").is_file()
