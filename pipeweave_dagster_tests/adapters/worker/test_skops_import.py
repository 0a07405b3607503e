"""A worker imports skops without all of scikit-learn, and trusts the same types nevertheless.

Half of SciPy waits until it is used.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from pipeweave_dagster.adapters.child_process import preloads

LOOK = """
import importlib
import sys
from pipeweave_dagster.adapters.child_process import preloads
for module in preloads.SCORING:
    importlib.import_module(module)
from pipeweave_dagster.adapters.worker.lazy_imports import LATER
print([name for name in LATER if type(sys.modules[name]) is type(sys)])
print("pipeweave_dagster.core.training" in sys.modules)
from sklearn.isotonic import IsotonicRegression
from skops.io import dump
from pipeweave_dagster.core.model.bundle_file import load_archive
print("sklearn.semi_supervised" in sys.modules)
dump(IsotonicRegression().fit([1, 2, 3], [1, 2, 3]), sys.argv[1])
print(type(load_archive(sys.argv[1], [])).__name__)
class Own:
    pass
dump(Own(), sys.argv[1])
try:
    load_archive(sys.argv[1], [])
except Exception as error:
    print(type(error).__name__)
import numpy, scipy.special
from skops.io import _trusted_types, _utils
for module, names in (numpy, "NUMPY_UFUNC"), (scipy.special, "SCIPY_UFUNC"):
    made = getattr(_trusted_types, names + "_TYPE_NAMES")
    print(len(made) > 50 and made == _utils.get_public_type_names(module, numpy.ufunc))
"""


def test_other_estimators_are_loaded_and_other_types_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(tmp_path / "model.skops")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = done.stdout.split()
    assert found[:2] == ["[]", "False"], "what has run, and what only training needs"
    assert found[2:5] == ["False", "IsotonicRegression", "UntrustedTypesFoundException"]
    assert found[5:] == ["True", "True"], "the names of ufuncs are those that skops finds itself"


def test_every_module_that_workers_import_in_advance_exists() -> None:
    """A worker ignores those that are missing, such as a booster that is not installed."""
    named = {*preloads.READING, *preloads.SCORING, *preloads.TRAINING}
    for module in named.union(*preloads.OF_COMMANDS.values()) - {preloads.SKOPS, preloads.LAZY}:
        importlib.import_module(module)
