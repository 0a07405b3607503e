"""Many commands in one process: each process of its own would import Dagster anew."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeweave_dagster_tests.program import run

_ONE_AFTER_ANOTHER = """
import contextlib, io, json, sys
from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.support import home
told = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["pipeweave", *words]
    home.settings.cache_clear()
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """Its JSON."""
        return json.loads(self.out)


def in_one_process(
    commands: Sequence[Sequence[str | Path]],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    seconds: float = 240,
) -> list[Told]:
    """Run commands one after another, each through the program's entry point."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    environment = {**os.environ, **(env or {})}
    done = run(
        sys.executable, "-c", _ONE_AFTER_ANOTHER, words, cwd=cwd, env=environment, seconds=seconds
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    told = [Told(*answer) for answer in json.loads(done.stdout)]
    for command, answer in zip(commands, told, strict=True):
        assert "Traceback" not in answer.err, f"{command}: {answer.err}"
    return told
