"""The contract of a step that another package brings, as tests that its author runs.

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
    """Everything in which a class breaks the contract of `custom.CustomStep`; empty if nothing.

    Args:
        step: The class.
        columns: How many columns it is tried on.
        params: Parameters to try it with; else its defaults.
    """
    lacking = [name for name in _NEEDED if not hasattr(step, name)]
    if lacking:
        return [f"It has no {', '.join(lacking)}."]
    try:
        return [*_described(step), *_behaves(step, _table(step.takes, columns), params)]
    except Exception as error:  # noqa: BLE001 - whatever it raises is the answer
        return [f"It raises {type(error).__name__}: {error}"]


def _table(takes: str, columns: int) -> pd.DataFrame:
    """Rows as the step gets them, with missing ones."""
    rng = np.random.default_rng(0)
    made: dict[str, Any] = {}
    for k in range(columns):
        if takes == "numbers":
            values = rng.normal(size=_ROWS)
            values[:: 7 + k] = np.nan
        else:
            values = rng.choice(np.array(["a", "b", "c", None], dtype=object), _ROWS)
        made[f"column {k}"] = values
    return pd.DataFrame(made)


def _described(step: type[Any]) -> Iterator[str]:
    if not str(step.about).strip():
        yield "`about` is empty: say in one sentence what it does."
    if step.takes not in ("numbers", "categories"):
        yield "`takes` must be `numbers` or `categories`."
    if not isinstance(step.params, dict):
        yield "`params` must be a dict of names and tuples of types."
    point = EntryPoint("step", f"{step.__module__}:{step.__qualname__}", "pipeweave.steps")
    if "<locals>" in step.__qualname__ or point.load() is not step:
        yield "It must be a class at the top of its module, to be found again."


def _behaves(step: type[Any], rows: pd.DataFrame, params: dict[str, Any]) -> Iterator[str]:
    from sklearn.base import clone

    y = np.arange(len(rows)) % 2
    given = rows.copy()
    fitted = clone(step(**params)).fit(rows, y)
    out = np.asarray(fitted.transform(rows))
    if not rows.equals(given):
        yield "It changes the table that it is given."
    if out.ndim != 2 or len(out) != len(rows) or out.dtype.kind not in "fiub":
        yield "`transform` must give numbers of shape (rows, outputs), one row for each."
        return
    again = np.asarray(clone(step(**params)).fit(rows, y).transform(rows))
    if not _same(out, again):
        yield "Fitted twice on the same rows it answers differently: fix its seed."
    if not _same(np.asarray(fitted.transform(rows.iloc[5:9])), out[5:9]):
        yield "A row's answer depends on the other rows: `transform` must go row by row."
    yield from _at_the_edge(fitted, rows, out.shape[1])
    yield from _kept(fitted, rows, out)


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True))


def _at_the_edge(fitted: Any, rows: pd.DataFrame, width: int) -> Iterator[str]:
    nothing = np.nan if rows.dtypes.iloc[0].kind == "f" else None
    unseen: Any = 1e9 if nothing is not None else "never seen"
    edges = {
        "one row": rows.head(1),
        "no row": rows.head(0),
        "missing values only": rows.head(3).assign(**dict.fromkeys(rows.columns, nothing)),
        "values never seen": rows.head(3).assign(**dict.fromkeys(rows.columns, unseen)),
    }
    for name, part in edges.items():
        out = np.asarray(fitted.transform(part.astype(rows.dtypes.to_dict())))
        if out.shape != (len(part), width):
            yield f"On {name} it gives the shape {out.shape}, not ({len(part)}, {width})."
        elif np.isinf(out.astype(float)).any():
            yield f"On {name} it gives infinite numbers; use NaN."


def _kept(fitted: Any, rows: pd.DataFrame, out: np.ndarray) -> Iterator[str]:
    """It must come back from a model file, which holds data and no code."""
    from skops.io import dump, get_untrusted_types, load

    own = f"{type(fitted).__module__}.{type(fitted).__qualname__}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "step.skops"
        dump(fitted, path)
        foreign = [name for name in get_untrusted_types(file=path) if name != own]
        if foreign:
            yield f"Its fitted state holds {', '.join(foreign)}: keep numbers, text and arrays."
            return
        back = load(path, trusted=[own])
    if not _same(np.asarray(back.transform(rows)), out):
        yield "It answers differently after it was written to a model file and read again."
