"""Run the scripts of an exported model where PipeWeave cannot be imported.

Their libraries take four seconds to import, so one process imports them once and forks for each
script. That they also run in a process of their own is seen in `integration/`.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_FORKS = """
import importlib, json, os, runpy, sys, traceback
for name in ("pandas", "pyarrow.parquet", "sklearn", "skops.io", "xgboost", "lightgbm", "catboost"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
sys.modules["pipeweave_dagster"] = None
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if child:
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.__stdout__.write(f"{ended}\\n")
        sys.__stdout__.flush()
        continue
    code = 1
    try:
        os.chdir(job["folder"])
        os.environ.clear()
        os.environ.update(job["environment"])
        for number, file in enumerate((os.devnull, job["out"], job["err"])):
            os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
        sys.argv = job["command"]
        runpy.run_path(sys.argv[0], run_name="__main__")
        exec(job["then"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
"""


@cache
def _forks() -> subprocess.Popen[str]:
    """The process with the libraries; it ends with its input, so with the process of the tests."""
    return subprocess.Popen(
        [sys.executable, "-c", _FORKS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tempfile.gettempdir(),
    )


def run_without_pipeweave(
    folder: Path, script: str, *arguments: str | Path, then: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, where PipeWeave cannot be imported; then further Python code.

    Raises:
        AssertionError: If the script fails and `check` is set.
    """
    command = [script, *map(str, arguments)]
    server = _forks()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch) / "out", Path(scratch) / "err"
        job = {"folder": str(folder), "command": command, "then": then, "out": str(out)}
        job |= {"err": str(err), "environment": dict(os.environ)}
        server.stdin.write(json.dumps(job) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        texts = [path.read_text() if path.exists() else "" for path in (out, err)]
    done = subprocess.CompletedProcess(command, code, *texts)
    assert not (check and code), f"{script} ended with {code}:\n{done.stderr}"
    return done
