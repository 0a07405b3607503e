"""Many commands in one process, with the same workers: others would import everything anew."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeweave_dagster_tests.program import run

_ROOT = Path(__file__).parents[1]
SCORES_ALONE = """
from pipeweave_dagster.services import evaluation
evaluation.slice_s, evaluation.CANARY_S = lambda _: 0.0, 0.0
"""
"""Leaves leak canary and what explains the scores out of evaluations, if no test reads them."""
_ONE_AFTER_ANOTHER = """
import contextlib, io, json, sys
sys.path.append(sys.argv[2])
from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.support import home
from pipeweave_dagster_tests.kept_workers import keep_workers
keep_workers()
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
    *,
    scores_alone: bool = False,
) -> list[Told]:
    """Run commands one after another, each through the program's entry point."""
    program = program_of(commands, scores_alone=scores_alone)
    environment = {**os.environ, **(env or {})}
    done = run(sys.executable, *program, cwd=cwd, env=environment, seconds=seconds)
    return told_by(done, commands)


def program_of(
    commands: Sequence[Sequence[str | Path]], *, scores_alone: bool = False
) -> list[str]:
    """The arguments of a Python interpreter that runs commands one after another."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    program = (SCORES_ALONE if scores_alone else "") + _ONE_AFTER_ANOTHER
    return ["-c", program, words, str(_ROOT)]


def told_by(
    done: subprocess.CompletedProcess[str], commands: Sequence[Sequence[str | Path]]
) -> list[Told]:
    """What each of the commands printed."""
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    told = [Told(*answer) for answer in json.loads(done.stdout)]
    for command, answer in zip(commands, told, strict=True):
        assert "Traceback" not in answer.err, f"{command}: {answer.err}"
    return told
