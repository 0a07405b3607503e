"""Modules whose code runs later give the same objects, and run once something of them is used."""

import subprocess
import sys

LOOK = """
import sys
from pipeweave_dagster.adapters.worker import lazy_imports
taken = {"__name__": "sklearn.anything"}
exec("from scipy.optimize import linprog", taken)
exec("from scipy.optimize._linesearch import scalar_search_wolfe1", taken)
linprog, scalar_search_wolfe1 = taken["linprog"], taken["scalar_search_wolfe1"]
def waits(name):
    return type(sys.modules["scipy." + name]) is not type(sys)
print(waits("optimize") and waits("optimize._linesearch"))
print(linprog([1, 1], bounds=(2, 3)).fun, waits("optimize"), waits("optimize._linesearch"))
import scipy.optimize
print(scipy.optimize.linprog is not linprog and scipy.optimize.linprog.__name__ == linprog.__name__)
print(scipy.optimize._linesearch.scalar_search_wolfe1.__name__ == scalar_search_wolfe1.__name__)
print(hasattr(scipy.optimize, "nothing"))
from scipy.integrate._quadpack_py import quad  # before its package
print(waits("integrate"), scipy.integrate.quad is quad, quad.__globals__["__spec__"].name)
from scipy.interpolate import BSpline
print(isinstance(BSpline, type))
from numpy.testing import *
assert_allclose(1, 1)
"""


def test_what_is_imported_early_runs_when_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == [
        "True", "4.0 False False", "True", "True", "False",
        "False True scipy.integrate._quadpack_py", "True", "",
    ]  # fmt: skip
