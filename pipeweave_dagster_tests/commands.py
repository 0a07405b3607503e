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
SCORES_VARIABLE = "PIPEWEAVE_TESTS_SCORES_ALONE"
"""In the environment of servers, it does the same in the processes of their runs; see guard/."""
_CALLS = """
import contextlib, io, json, os, sys
sys.path.append(sys.argv[2])
from pipeweave_dagster.cli import main
from pipeweave_dagster.cli.support import home
from pipeweave_dagster_tests.kept_workers import keep_workers
keep_workers()
def call(words):
    sys.argv = ["pipeweave", *words]
    home.settings.cache_clear()
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    return [code, out.getvalue(), err.getvalue()]
"""
_ONE_AFTER_ANOTHER = (
    f"{_CALLS}print(json.dumps([call(words) for words in json.loads(sys.argv[1])]))"
)
# Commands find nothing to read, as in a process of their own.
_AS_THEY_COME = f"""{_CALLS}
asked = os.fdopen(os.dup(0))
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for line in asked:
    environment, commands = json.loads(line)
    os.environ.clear()
    os.environ.update(environment)
    print(json.dumps([call(words) for words in commands]), flush=True)
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


class CommandProcess:
    """Runs commands as they come, for tests that look at something between two of them."""

    def __init__(self, cwd: Path) -> None:
        """Start in a folder."""
        command = [sys.executable, "-c", _AS_THEY_COME, "", str(_ROOT)]
        self._process = subprocess.Popen(
            command, cwd=cwd, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, commands: Sequence[Sequence[str | Path]], env: Mapping[str, str]) -> list[Told]:
        """Run commands one after another in this environment."""
        words = [[str(word) for word in command] for command in commands]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps([dict(env), words])}\n")
        self._process.stdin.flush()
        return _told(self._process.stdout.readline(), commands)

    def close(self) -> None:
        """End it and its workers."""
        self._process.communicate()


def told_by(
    done: subprocess.CompletedProcess[str], commands: Sequence[Sequence[str | Path]]
) -> list[Told]:
    """What each of the commands printed."""
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return _told(done.stdout, commands)


def _told(answers: str, commands: Sequence[Sequence[str | Path]]) -> list[Told]:
    told = [Told(*answer) for answer in json.loads(answers)]
    for command, answer in zip(commands, told, strict=True):
        assert "Traceback" not in answer.err, f"{command}: {answer.err}"
    return told
