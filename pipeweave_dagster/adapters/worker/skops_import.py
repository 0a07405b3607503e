"""Import skops.io in half of the time, without all of scikit-learn.

skops lists the estimators of scikit-learn to trust them. A model needs a dozen of 500 modules:
without the others, a worker is ready 0.4 s of processor time earlier. `load_bundle` has the list of
those in PipeWeave's own models, and asks scikit-learn for the others if a model contains another.

It also looks for the module of each of 230 ufuncs of SciPy in all modules that are loaded, some two
thousand: 0.3 s of processor time. Here one look at each module finds all of them.

Only for worker processes: where skops.io is imported in this way, `skops.io.load` itself trusts no
estimator.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

_LISTS = "skops.io._trusted_types"
_SEARCH = "skops.io._utils"


class _QuickSearch:
    """Finds no module: replaces the search of skops just before its lists are made."""

    def __init__(self) -> None:
        self._modules: dict[int, str] = {}
        self._utils: ModuleType | None = None
        self._search: Any = None

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> None:
        """Replace the search when the module with the lists is about to be loaded."""
        if name == _LISTS and _SEARCH in sys.modules and self._utils is None:
            self._utils = sys.modules[_SEARCH]
            self._search = getattr(self._utils, "whichmodule", None)
            if self._search is not None:
                self._modules = _modules_of_ufuncs()
                vars(self._utils)["whichmodule"] = self._found

    def _found(self, obj: Any, name: str) -> str:
        module = None
        if getattr(obj, "__module__", None) is None:
            module = self._modules.get(id(obj))
        return str(self._search(obj, name)) if module is None else module

    def restore(self) -> None:
        """Let skops search by itself again."""
        if self._utils is not None and self._search is not None:
            vars(self._utils)["whichmodule"] = self._search


def _modules_of_ufuncs() -> dict[int, str]:
    """Return the first module that has each ufunc under its own name, by the id of the ufunc."""
    from numpy import ufunc

    found: dict[int, str] = {}
    for module_name, module in sys.modules.copy().items():
        if module_name in {"__main__", "__mp_main__"}:
            continue
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if type(value) is ufunc and value.__name__ == name:
                found.setdefault(id(value), module_name)
    return found


if "skops.io" not in sys.modules:
    from sklearn import utils

    _all_estimators = utils.all_estimators
    _quick = _QuickSearch()
    utils.all_estimators = lambda *_, **__: []
    sys.meta_path.insert(0, _quick)
    try:
        importlib.import_module("skops.io")
    finally:
        utils.all_estimators = _all_estimators
        sys.meta_path.remove(_quick)
        _quick.restore()
