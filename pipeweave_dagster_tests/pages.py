"""The code blocks of the documentation, and a shell that plays a page as its reader would."""

import json
import os
import re
import shlex
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster_tests.program import run

ROOT = Path(__file__).parents[1]
SHELL = ("bash", "sh")
_FENCE = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^\n]+?) -->\n)?"
    r"^(?P<indent> *)```(?P<language>\S*)\n(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
# One process for all blocks, since each would import Dagster anew. Commands of `pipeweave` and `dg`
# are called in it; other blocks are given to bash, which hands its folder and variables back.
_PLAY = r"""
import contextlib, io, json, os, subprocess, sys, tempfile
from pathlib import Path

def call(words):
    sys.argv = list(words)
    if words[0] == "dg":
        from dagster_dg_cli.cli import main
    else:
        from pipeweave_dagster.cli import main
        from pipeweave_dagster.cli.support import home
        home.settings.cache_clear()
        if not kept:
            from pipeweave_dagster_tests import kept_workers
            kept_workers.keep_workers()
            kept.append(kept_workers)
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    return 0

def bash(code):
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        command = f"set -euo pipefail\n{code}\nenv -0 > {state}"
        done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, check=False)
        print(done.stdout)
        print(done.stderr, file=sys.stderr)
        if done.returncode == 0:
            exported = state.read_text().split("\0")
            os.environ.update(entry.split("=", 1) for entry in exported if entry)
            if os.getcwd() != os.environ["PWD"]:
                os.chdir(os.environ["PWD"])
                for workers in kept:
                    workers.end_workers()
            sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)
        return done.returncode

names, played, kept = {}, [], []
for kind, given in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        if kind == "python":
            exec(given, names)
            code = 0
        else:
            code = bash(given) if kind == "bash" else max(map(call, given))
    played.append([code, out.getvalue(), err.getvalue()])
    if code:
        break
print(json.dumps(played))
"""


class Fence(NamedTuple):
    """A fenced block of a page; `reason` says why it is not run, and is empty if it is."""

    page: Path
    line: int
    language: str
    code: str
    reason: str

    @property
    def commands(self) -> list[list[str]]:
        """The words of each line, if it is of a shell; one word where a quotation goes on."""
        lines = self.code.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := _words(line))]


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return [line]


class Played(NamedTuple):
    """What a block printed."""

    fence: Fence
    code: int
    out: str
    err: str


def fences_of(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    nothing = re.search(r"^<!-- nothing run: (.+) -->$", text, re.MULTILINE)
    return [
        Fence(
            page,
            text.count("\n", 0, match.start()) + 1,
            match["language"],
            textwrap.dedent(match["code"]),
            match["reason"] or (nothing[1] if nothing else ""),
        )
        for match in _FENCE.finditer(text)
    ]


def play(
    pages: Sequence[Path],
    folder: Path,
    changes: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
) -> list[Played]:
    """Run the blocks of pages one after another, each of which must succeed.

    Args:
        pages: Their blocks of Python and of a shell are run, unless they are marked.
        folder: Where; it gets the `examples` of this repository.
        changes: What stands in the place of patterns in the blocks, such as of time budgets.
        env: Further variables of the environment.
    """
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(ROOT / "examples")
    fences = [
        fence
        for page in pages
        for fence in fences_of(page)
        if fence.language in {*SHELL, "python"} and not fence.reason
    ]
    steps = [_step(fence, changes or {}) for fence in fences]
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    outer = {name: value for name, value in os.environ.items() if name != "PIPEWEAVE_HOME"}
    environment = {**outer, "PATH": binaries, "PYTHONPATH": path, **(env or {})}
    done = run(
        sys.executable, "-c", _PLAY, json.dumps(steps), cwd=folder, env=environment, seconds=580
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    played = [Played(fence, *result) for fence, result in zip(fences, told, strict=False)]
    for block in played:
        where = f"{block.fence.page.name}:{block.fence.line}"
        assert block.code == 0, f"{where}\n{block.fence.code}{block.out}{block.err}"
    return played


def _step(fence: Fence, changes: Mapping[str, str]) -> tuple[str, object]:
    """How the child process runs a block."""
    code = fence.code
    for pattern, value in changes.items():
        code = re.sub(pattern, value, code)
    if fence.language == "python":
        return "python", code
    commands = fence._replace(code=code).commands
    if all(words[0] in {"pipeweave", "dg"} for words in commands) and not re.search("[$|<>]", code):
        return "commands", commands
    return "bash", code
