"""A tutorial is played: the shell commands of its page, on a running `pipeweave dev`."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster_tests.servers.landing import LandingZone
from pipeweave_dagster_tests.servers.workbench import Dev

ROOT = Path(__file__).parents[2]


class Block(NamedTuple):
    """Commands of a page, and the heading that they are under."""

    heading: str
    commands: str


def blocks_of(page: Path, language: str = "bash") -> list[Block]:
    """The fenced blocks of one language on a page, in their order."""
    found, heading = [], ""
    pattern = rf"^## (?P<heading>[^\n]+)$|^```{language}\n(?P<commands>.*?)^```"
    for match in re.finditer(pattern, page.read_text(), re.DOTALL | re.MULTILINE):
        heading = match["heading"] or heading
        if match["commands"]:
            found.append(Block(heading, match["commands"]))
    return found


def settings_of(page: Path) -> dict[str, str]:
    """What the page sets in the environment before it starts `pipeweave dev`."""
    (block,) = blocks_of(page, "sh")
    return dict(re.findall(r"^export (\w+)='?([^'\n]*)'?$", block.commands, re.MULTILINE))


class Shell:
    """The second terminal of a tutorial's reader, in a folder like the one of the repository."""

    def __init__(self, dev: Dev, folder: Path) -> None:
        self.folder, self._before = folder, ""
        binaries = Path(sys.executable).parent
        self._env = {**dev.env, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
        (folder / ".pipeweave").symlink_to(dev.env["PIPEWEAVE_HOME"])
        for name in ("docs", "examples"):
            (folder / name).symlink_to(ROOT / name)

    def run(self, commands: str) -> str:
        """Run commands and return what they print; they see the variables of earlier ones."""
        self._before += "".join(re.findall(r"^\w+=.*\n", commands, re.MULTILINE))
        script = f"set -euo pipefail\n{self._before}{commands}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def play(
    page: Path,
    zone: LandingZone,
    dataset: str,
    folder: Path,
    *,
    seconds: float,
    after: Callable[[Block], None] = lambda _: None,
) -> dict[str, str]:
    """Run all blocks of a page, each once the one before has had its effect.

    Args:
        page: The tutorial.
        zone: The landing zone of the `pipeweave dev` that it is played on.
        dataset: The data set that it is about.
        folder: An empty folder to run the commands in.
        seconds: How long the effects of a block may take.
        after: Is called after each block has had its effect.

    Returns:
        What the commands below each heading print.
    """
    shell, printed = Shell(zone.dev, folder), dict[str, str]()
    for block in blocks_of(page):
        text = shell.run(block.commands)
        zone.settle(dataset, seconds)
        after(block)
        printed[block.heading] = printed.get(block.heading, "") + text
    return printed
