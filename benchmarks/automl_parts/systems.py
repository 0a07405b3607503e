"""The systems that are compared, and the throw-away environment of each peer."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parent.parent / "automl_systems"


class System(NamedTuple):
    """A script, its arguments, and the name of the environment that it runs in."""

    script: str
    arguments: tuple[str, ...] = ()
    environment: str = ""


SYSTEMS: dict[str, System] = {
    "pipeweave": System("with_pipeweave.py"),
    # As `pip install pipeweave` installs it: without the extra of that name.
    "pipeweave-no-catboost": System("with_pipeweave.py", ("catboost",)),
    "xgb-default": System("with_xgboost.py"),
    "catboost-default": System("with_catboost.py"),
    "flaml": System("with_flaml.py", (), "flaml"),
    "flaml-ensemble": System("with_flaml.py", ("ensemble",), "flaml"),
    "autogluon-medium": System("with_autogluon.py", ("medium_quality",), "autogluon"),
    "autogluon-best": System("with_autogluon.py", ("best_quality",), "autogluon"),
    # Without stacking, with the newest portfolio for machines without an accelerator.
    "autogluon-cpu": System("with_autogluon.py", ("best_quality_v150",), "autogluon"),
}
# AutoGluon without torch leaves its neural networks out; `--extra-packages` adds them.
PACKAGES: dict[str, list[str]] = {
    "flaml": ["flaml[automl]", "pandas", "pyarrow"],
    "autogluon": ["autogluon.tabular[lightgbm,xgboost,catboost]", "pandas", "pyarrow"],
}


def python_of(system: System, store: Path, extra: list[str]) -> str:
    """The interpreter of a system's environment, made on first use; this one if it has none.

    Args:
        system: What is to be run.
        store: Folder of the environments.
        extra: Packages beside those of `PACKAGES`, for peers only.
    """
    if not system.environment:
        return sys.executable
    folder = store.resolve() / system.environment
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        print(f"making the environment of {system.environment}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        packages = [*PACKAGES[system.environment], *extra]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        # Without byte code the first run of each script would spend its budget on compiling.
        subprocess.run([python, "-m", "compileall", "-q", folder / "lib"], check=False)
        frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True)
        ready.write_bytes(frozen.stdout)
    return str(python)
