"""Contract tests of custom steps, for the test suite of the package that provides them.

def test_contract():
assert check_step(MyStep) == []
"""

import tempfile
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_ROWS = 60
_NEEDED = ("about", "takes", "params", "fit", "transform")


def check_step(step: type[Any], columns: int = 2, **params: Any) -> list[str]:
    """Return every violation of the contract of `custom_steps.CustomStep`; empty if there is none.

    Args:
        step: The class.
        columns: Number of columns of the test table.
        params: Parameters of the step; defaults where not given.

    Example:
        >>> class Bare:
        ...     pass
        >>> check_step(Bare)
        ['It has no about, takes, params, fit, transform.']
    """
    missing = [name for name in _NEEDED if not hasattr(step, name)]
    if missing:
        return [f"It has no {', '.join(missing)}."]
    try:
        return [*_attributes(step), *_behaviour(step, _table(step.takes, columns), params)]
    except Exception as error:  # noqa: BLE001 - any error is a violation
        return [f"It raises {type(error).__name__}: {error}"]


def _table(takes: str, columns: int) -> pd.DataFrame:
    """Return a test table as the step gets it, with missing values."""
    rng = np.random.default_rng(0)
    columns_by_name: dict[str, Any] = {}
    for k in range(columns):
        if takes == "numbers":
            values = rng.normal(size=_ROWS)
            values[:: 7 + k] = np.nan
        else:
            values = rng.choice(np.array(["a", "b", "c", None], dtype=object), _ROWS)
        columns_by_name[f"column {k}"] = values
    return pd.DataFrame(columns_by_name)


def _attributes(step: type[Any]) -> Iterator[str]:
    if not str(step.about).strip():
        yield "`about` is empty: describe in one sentence what the step does."
    if step.takes not in ("numbers", "categories"):
        yield "`takes` must be `numbers` or `categories`."
    if not isinstance(step.params, dict):
        yield "`params` must be a dict from names to tuples of types."
    point = EntryPoint("step", f"{step.__module__}:{step.__qualname__}", "pipeweave.steps")
    if "<locals>" in step.__qualname__ or point.load() is not step:
        yield "It must be a class at the top level of its module, to be importable by name."


def _behaviour(step: type[Any], rows: pd.DataFrame, params: dict[str, Any]) -> Iterator[str]:
    from sklearn.base import clone

    y = np.arange(len(rows)) % 2
    before = rows.copy()
    fitted = clone(step(**params)).fit(rows, y)
    out = np.asarray(fitted.transform(rows))
    if not rows.equals(before):
        yield "It modifies its input table."
    if out.ndim != 2 or len(out) != len(rows) or out.dtype.kind not in "fiub":
        yield "`transform` must return numbers of shape (rows, outputs), one row per input row."
        return
    again = np.asarray(clone(step(**params)).fit(rows, y).transform(rows))
    if not _same(out, again):
        yield "Its output differs between two fits on the same rows: set a fixed seed."
    if not _same(np.asarray(fitted.transform(rows.iloc[5:9])), out[5:9]):
        yield "The output of a row depends on other rows: `transform` must work row by row."
    yield from _edge_cases(fitted, rows, out.shape[1])
    yield from _survives_storage(fitted, rows, out)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True))


def _edge_cases(fitted: Any, rows: pd.DataFrame, width: int) -> Iterator[str]:
    missing = np.nan if rows.dtypes.iloc[0].kind == "f" else None
    unseen: Any = 1e9 if missing is not None else "never seen"
    edges = {
        "one row": rows.head(1),
        "no rows": rows.head(0),
        "only missing values": rows.head(3).assign(**dict.fromkeys(rows.columns, missing)),
        "unseen values": rows.head(3).assign(**dict.fromkeys(rows.columns, unseen)),
    }
    for name, part in edges.items():
        out = np.asarray(fitted.transform(part.astype(rows.dtypes.to_dict())))
        if out.shape != (len(part), width):
            yield f"For {name} it returns the shape {out.shape}, not ({len(part)}, {width})."
        elif np.isinf(out.astype(float)).any():
            yield f"For {name} it returns infinite numbers; use NaN."


def _survives_storage(fitted: Any, rows: pd.DataFrame, out: np.ndarray) -> Iterator[str]:
    """Yield what keeps the fitted step from being stored in a model file, which holds no code."""
    from skops.io import dump, get_untrusted_types

    from pipeweave_dagster.core.model.bundle_file import estimators, load_archive

    own = f"{type(fitted).__module__}.{type(fitted).__qualname__}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "step.skops"
        dump(fitted, path)
        known = {own, *estimators()}
        unknown = [name for name in get_untrusted_types(file=path) if name not in known]
        if unknown:
            yield f"Its fitted state contains {', '.join(unknown)}: use numbers, text and arrays."
            return
        loaded = load_archive(path, [own])
    if not _same(np.asarray(loaded.transform(rows)), out):
        yield "Its output differs after it was written to a model file and loaded again."
