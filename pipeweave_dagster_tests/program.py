"""Run a program as a user would, and read what it printed."""

import subprocess
from pathlib import Path


def run(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None, seconds: float = 240
) -> subprocess.CompletedProcess[str]:
    """The finished program, whatever its exit code; nothing can be typed into it."""
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
        timeout=seconds,
    )


def output(*command: str | Path, cwd: Path, **options: float) -> str:
    """What a program printed that must succeed."""
    done = run(*command, cwd=cwd, **options)
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
