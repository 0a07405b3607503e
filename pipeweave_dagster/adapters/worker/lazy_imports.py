"""Import scikit-learn without what it imports but seldom needs to predict: half of SciPy.

scikit-learn imports `scipy.stats`, `scipy.optimize` and others for functions that mostly serve to
fit: a third of the time until a worker can predict. Where this module is imported first, such a
module is there at once, and its code runs as soon as anything of it is used.

What scikit-learn takes out of one when it is imported itself (`from scipy.stats import rankdata`)
is a stand-in, which looks the original up when it is called. So results are the same. All other
code, such as steps that users wrote, gets the originals: it may ask for their type.

Only for worker processes that predict; all others import these modules as ever.
"""

import importlib.util
import sys
import threading
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LATER: dict[str, frozenset[str]] = {
    "scipy.stats": frozenset({"chi2", "gmean", "rankdata", "spearmanr"}),
    "scipy.optimize": frozenset(
        {"linear_sum_assignment", "linprog", "minimize", "minimize_scalar"}
    ),
    "scipy.optimize._linesearch": frozenset({"line_search_wolfe2", "scalar_search_wolfe1"}),
    "scipy.interpolate": frozenset({"BSpline"}),
    "scipy.integrate": frozenset({"trapezoid"}),
    "numpy.f2py": frozenset(),
    "numpy.testing": frozenset(),
}
"""Modules whose code runs later, and the names in them that have a stand-in."""
_IMPORT_SYSTEM = {"importlib._bootstrap", "_frozen_importlib"}
_lock = threading.RLock()
_running: set[str] = set()


class _StandIn:
    """Stands for a function or class of a module whose code has not run yet."""

    def __init__(self, module: ModuleType, name: str) -> None:
        self._place = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _original(*self._place)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(_original(*self._place), name)


class _LaterModule(ModuleType):
    """A module whose code runs when it is asked for a name that it does not have yet."""

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules asks for names such as `__wrapped__`.
        if not name.startswith("__") or name == "__all__":
            if name in LATER[self.__name__] and _reader().startswith("sklearn."):
                return _StandIn(self, name)
            _run(self)
        return ModuleType.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        _run(self)
        return [*vars(self)]


def _reader() -> str:
    """Return the module that asks a module for a name, often by the import system."""
    frame = sys._getframe(2)  # noqa: SLF001 - an attribute does not say otherwise who wants it
    while frame.f_back and frame.f_globals.get("__name__") in _IMPORT_SYSTEM:
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


def _original(module: ModuleType, name: str) -> Any:
    _run(module)
    return getattr(module, name)


def _run(module: ModuleType) -> None:
    """Run the code of a module, after its package, unless it has run or is running."""
    name, spec = module.__name__, module.__spec__
    with _lock:
        package = sys.modules.get(name.rpartition(".")[0])
        if isinstance(package, _LaterModule):
            _run(package)
        if not isinstance(module, _LaterModule) or name in _running or spec is None:
            return
        _running.add(name)
        try:
            if spec.loader is not None:
                spec.loader.exec_module(module)
            module.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _running.discard(name)


class _Parts:
    """Has a package run before its submodules are imported, as the import system would."""

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Return the submodule itself if its package has imported it in the meantime."""
        package = sys.modules.get(name.rpartition(".")[0])
        if not isinstance(package, _LaterModule):
            return None
        _run(package)
        made = sys.modules.get(name)
        if made is None:
            return None
        # Else the import system would take its own specification, and run it a second time.
        made.__spec__ = spec = ModuleSpec(name, _Made(made))
        return spec


class _Made(Loader):
    """Gives a module that has been imported already."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        """Return the module."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Leave it as it is, with its own specification again."""
        module.__spec__ = self._spec


def _put(name: str) -> None:
    """Put a module in place whose code runs later, unless it has been imported or is absent."""
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None:
        return
    module = importlib.util.module_from_spec(spec)
    module.__class__ = _LaterModule
    sys.modules[name] = module
    package, _, own = name.rpartition(".")
    setattr(sys.modules[package], own, module)


if "sklearn" not in sys.modules:
    for _name in LATER:
        _put(_name)
    sys.meta_path.insert(0, _Parts())
