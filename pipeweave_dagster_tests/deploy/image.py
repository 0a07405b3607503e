"""Runs the steps of deploy/Dockerfile in an empty folder, and looks at what they made.

`make image-check`. The steps run with this machine's Python instead of the image's, in a folder
that stands for the image's root. What needs the image's own Debian (packages, users) is named and
left out.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeweave_dagster_tests.deploy.compose import DOCKERFILE, ROOT, image_environment

_OF_DEBIAN = (
    "apt-get",
    "useradd",
    "rm -rf /var/lib/apt",
    "install -d -o",
    "python -m pip uninstall",
)
_BUILD_TOOLS = ("uv", "hatchling", "editables", "pip", "setuptools", "wheel")
_USER = 10_001


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Every instruction of a Dockerfile and its arguments, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, re.sub(r"\s+", " ", rest)


class Image:
    """A folder that stands for the image's root; all stages share it.

    Args:
        root: An empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = root
        tools = root / "usr" / "local" / "bin"
        tools.mkdir(parents=True)
        (tools / "python").symlink_to(_python())
        self._path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    def inside(self, path: str) -> Path:
        """A path of the image on this machine."""
        return self.root / path.lstrip("/") if path.startswith("/") else self._folder / path

    def do(self, word: str, rest: str) -> None:
        """Carry out one instruction."""
        if word == "WORKDIR":
            self._folder = self.inside(rest)
            self._folder.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                self._copy(ROOT / source, self.inside(target), target)
        elif word == "RUN":
            for command in rest.split(" && "):
                self._run(command.strip())

    def _copy(self, source: Path, target: Path, written: str) -> None:
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ruff_cache")
            shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
            return
        folder = target if written.endswith("/") else target.parent
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def _run(self, command: str) -> None:
        if command.startswith(_OF_DEBIAN):
            _tell(f"left out, it needs the image's Debian: {command}")
            return
        _tell(f"RUN {command}")
        here = re.sub(r"(?<![\w/.])/opt/", f"{self.root}/opt/", command)
        environment = {**os.environ, "PATH": self._path, "PYTHONPATH": ""}
        environment.pop("VIRTUAL_ENV", None)
        subprocess.run(here, shell=True, check=True, cwd=self._folder, env=environment)


def _python() -> Path:
    """The Python that stands for the image's: one that every user may run, where there is one."""
    own = Path(sys._base_executable).resolve()
    for candidate in (own, *map(Path, ("/usr/local/bin/python3", "/usr/bin/python3"))):
        if candidate.exists() and _for_everybody(candidate.resolve()):
            has_pip = subprocess.run(
                [candidate, "-m", "pip", "-V"], check=False, capture_output=True
            )
            if has_pip.returncode == 0:
                return candidate.resolve()
    return own


def _for_everybody(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def look_at(image: Image) -> None:
    """What must hold of the finished image."""
    venv = image.inside("/opt/venv")
    packages = next(venv.glob("lib/python*/site-packages"))
    left = [name for name in _BUILD_TOOLS if (packages / name).exists()]
    assert not left, f"build tools are left: {left}"
    sources = [path for path in packages.rglob("*.py") if "/tests/" not in str(path)]
    compiled = [p for p in sources if list((p.parent / "__pycache__").glob(f"{p.stem}.*.pyc"))]
    share = len(compiled) / len(sources)
    assert share > 0.99, f"only {share:.1%} of {len(sources)} files are compiled"
    assert (packages / "pipeweave_dagster" / "examples" / "penguins.csv").is_file()
    size = sum(path.stat().st_size for path in venv.rglob("*") if path.is_file())
    _tell(f"{len(sources):,} files, {share:.1%} compiled, {size / 1e6:,.0f} MB, no build tools")


def use(image: Image) -> None:
    """The commands of the image answer, for its user, who may write nothing but its home."""
    home = image.inside("/opt/pipeweave/home")
    home.mkdir(parents=True, exist_ok=True)
    given = {n: v.replace("/opt/", f"{image.root}/opt/") for n, v in image_environment().items()}
    environment = {
        **given,
        "PATH": f"{image.inside('/opt/venv/bin')}:/usr/bin:/bin",
        "HOME": str(home),
    }
    environment |= {"PIPEWEAVE_DAGSTER_HOME": "", "DAGSTER_HOME": ""}  # that one needs Postgres
    user = {}
    if os.geteuid() == 0 and _for_everybody(_python()):
        os.chown(home, _USER, _USER)
        user = {"user": _USER, "group": _USER}
    for command in (
        ["pipeweave", "migrate"],
        ["pipeweave", "doctor", "--no-strict"],
        ["python", "-c", "import lightgbm, xgboost, sklearn, pipeweave_dagster.definitions"],
    ):
        subprocess.run(command, check=True, cwd=home, env=environment, **user)
        _tell(f"as {user.get('user', 'this user')}: {' '.join(command)}")


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Build, look and use."""
    with tempfile.TemporaryDirectory(prefix="pipeweave-image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        image = Image(root)
        for word, rest in instructions(DOCKERFILE.read_text(encoding="utf-8")):
            image.do(word, rest)
        look_at(image)
        use(image)


if __name__ == "__main__":
    main()
