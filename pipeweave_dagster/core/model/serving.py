"""Everything that scoring needs, in one file that imports nothing of PipeWeave.

The registry keeps a copy of this file beside each model, so a model predicts wherever pandas,
scikit-learn, skops and its booster are installed. Keep it free of other imports.

A model file is a skops archive of one dict, the *bundle*: `frame` (how raw columns become features,
see `prepare`), `task`, `classes` (labels as text), `members` (fitted scikit-learn pipelines, each
with the indices of the classes that it knows, its weight and, for regression, the `range` that its
predictions are clipped to), `stack` if a stacking model is blended with their mean (then
`candidate` is each member's index in it), `temperature` if probabilities are calibrated,
`threshold` if costs of errors are given, `offset` if it is added to values, and `memory` if exact
duplicates of known rows are predicted from their targets (see `duplicate_row_lookup`).
"""

import datetime as dt
import importlib
import json
import re
import sys
import tempfile
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Required, TypedDict

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import FunctionTransformer

HOME = "pipeweave_dagster.core.training.serving"
"""How model files name this module, wherever it is and whatever it was copied to.

Part of the file format: never change it, or stored models no longer load. At the path where the
module was when the format was made, one line leads here.
"""

FEATURE_TYPES = [
    "functools.partial",
    "numpy.dtype",
    f"{HOME}.Clipped",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
    "scipy.sparse._csr.csr_matrix",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.utils.validation.check_array",
]
MODEL_TYPES = [
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "sklearn._loss.link.IdentityLink",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogLink",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.link.MultinomialLogit",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss.loss.HalfMultinomialLoss",
    "sklearn._loss.loss.HalfSquaredError",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
]
"""Types of the model families; a test proves that they are those that the families declare."""
TRUSTED_TYPES = [*FEATURE_TYPES, *MODEL_TYPES]
"""Types beyond skops' own list that a model file may contain; a file with any other is rejected."""

STEPS_GROUP = "pipeweave.steps"
"""Entry points of steps from other packages; installing a package means trusting its steps."""

BLOCK_ROWS = 50_000
RANGE_MARGIN = 0.25
"""How far predictions may lie outside the range of the training target, as a share of it."""
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?")
EXACT_INTEGERS = 2**53
"""Whole numbers from here on are not all distinct as float64."""
_SCALE = {"k": 1e3, "m": 1e6, "b": 1e9}


class FrameEntry(TypedDict, total=False):
    """How `prepare` makes features from one raw column, or one derived feature from two.

    Stored as a plain dict in model files and in documents, so fields are only ever added.

    Attributes:
        name: The raw column, or the name of the derived feature.
        use: The step type that reads it (`numeric`, `ordinal`, `text`, `derived`, ...).
        order: Levels of an ordinal, lowest first.
        parts: Parts of a date, counts of a text, or `number` for a category's numeric value.
        missing: Values that are placeholders of a missing one.
        merge_spellings: Whether values that differ in case and spacing are one category.
        operator: Of a derived feature: an operator of `core.pipelines.derived_features`.
        columns: Of a derived feature: its arguments, in the operator's order.
        means: Of a `group_*` operator: the mean per group, learned from training rows.
        overall: Of a `group_*` operator: the mean of groups that are not in `means`.
    """

    name: Required[str]
    use: Required[str]
    order: list[str]
    parts: list[str]
    missing: list[str]
    merge_spellings: bool
    operator: str
    columns: list[str]
    means: dict[str, float]
    overall: float


class Clipped(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Clip numbers to quantiles of the training rows; missing ones stay missing.

    (scikit-learn has no such step: its `MinMaxScaler(clip=True)` clips to the extremes.)

    Args:
        lower: Quantile of the lower bound.
        upper: Quantile of the upper bound.
    """

    __module__ = HOME

    def __init__(self, lower: float = 0.01, upper: float = 0.99) -> None:
        self.lower, self.upper = lower, upper

    def fit(self, x: Any, y: Any = None) -> "Clipped":
        """Learn the bounds of each column, shape (rows, columns); an empty column has none."""
        del y
        numbers = np.asarray(x, dtype=np.float64)
        self.low_, self.high_ = np.full((2, numbers.shape[1]), [[-np.inf], [np.inf]])
        for place, column in enumerate(numbers.T):
            known = column[~np.isnan(column)]
            if len(known):
                bounds = np.quantile(known, [self.lower, self.upper])
                self.low_[place], self.high_[place] = bounds
        return self

    def transform(self, x: Any) -> np.ndarray:
        """Clip the columns to their bounds."""
        return np.clip(np.asarray(x, dtype=np.float64), self.low_, self.high_)


class CatBoosted:
    """CatBoost with scikit-learn's interface, for inputs that contain category codes.

    Args:
        booster: A classifier or regressor of CatBoost.
        native: Positions of the columns with category codes; NaN is a category of its own.
    """

    def __init__(self, booster: Any, native: list[int]) -> None:
        self.booster, self.native = booster, list(native)

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **how: Any) -> "CatBoosted":
        """Fit the booster; `how` is passed on to it."""
        self.booster.fit(self.pool(x, y, sample_weight), **how)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """Predict values, shape (rows,)."""
        return np.asarray(self.booster.predict(self.pool(x), thread_count=1))

    def predict_proba(self, x: Any) -> np.ndarray:
        """Predict probabilities, shape (rows, classes)."""
        return np.asarray(self.booster.predict_proba(self.pool(x), thread_count=1))

    def pool(self, x: Any, y: Any = None, weight: Any = None) -> Any:
        """Return the rows as a CatBoost pool."""
        from catboost import Pool

        frame = pd.DataFrame(x)
        for place in self.native:
            frame[place] = frame[place].fillna(-1).astype(np.int64)
        return Pool(frame, y, cat_features=self.native, weight=weight)

    def packed(self) -> dict[str, Any]:
        """Return plain values from which `unpacked_booster` restores it."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.cbm"
            self.booster.save_model(str(file), format="cbm")
            content = file.read_bytes()
        return {
            "content": content,
            "native": self.native,
            "classifies": hasattr(self.booster, "predict_proba"),
            "params": self.booster.get_params(),
        }


def unpacked_booster(packed: dict[str, Any]) -> CatBoosted:
    """Restore the model from the values of `CatBoosted.packed`."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if packed["classifies"] else CatBoostRegressor
    booster = kind(**packed["params"])
    booster.load_model(blob=packed["content"])
    return CatBoosted(booster, packed["native"])


def load_bundle(path: str | Path) -> dict[str, Any]:
    """Read a model file without executing code in it; types outside the list raise.

    Steps of installed packages are allowed, too.
    """
    from skops.io import load

    _at_home()
    steps = [point.value.replace(":", ".") for point in entry_points(group=STEPS_GROUP)]
    bundle: dict[str, Any] = load(path, trusted=[*TRUSTED_TYPES, *steps])
    for encoder in encoders(bundle):
        encoder.categories_ = [unpacked(found) for found in encoder.categories_]
    for member in bundle["members"]:
        if "catboost" in member:
            booster = unpacked_booster(member.pop("catboost"))
            member["pipeline"].steps[-1] = ("model", booster)
    return bundle


def _at_home() -> None:
    """Make the types of this module importable where PipeWeave is not installed."""
    try:
        importlib.import_module(HOME)
    except ModuleNotFoundError:
        home = ModuleType(HOME)
        vars(home)["Clipped"] = Clipped
        sys.modules[HOME] = home


def save_bundle(bundle: dict[str, Any], path: str | Path) -> None:
    """Write a model file: a skops archive, without pickle.

    At the lowest compression level: a fifth to a tenth of the size, in a twentieth of the time.
    """
    from zipfile import ZIP_DEFLATED

    from skops.io import dump

    plain = [(encoder, encoder.categories_) for encoder in encoders(bundle)]
    try:
        for encoder, categories in plain:
            encoder.categories_ = [packed(found) for found in categories]
        stored = {**bundle, "members": [storable(member) for member in bundle["members"]]}
        dump(stored, path, compression=ZIP_DEFLATED, compresslevel=1)
    finally:
        for encoder, categories in plain:
            encoder.categories_ = categories


def storable(member: dict[str, Any]) -> dict[str, Any]:
    """Return a member that skops can store: CatBoost's own file replaces its model."""
    model = member["pipeline"][-1]
    if not isinstance(model, CatBoosted):
        return member
    steps = [*member["pipeline"].steps[:-1], ("model", "passthrough")]
    plain = type(member["pipeline"])(steps)
    return {**member, "pipeline": plain, "catboost": model.packed()}


def encoders(bundle: dict[str, Any]) -> list[Any]:
    """Return the fitted category encoders of all members, without duplicates."""
    found: dict[int, Any] = {}
    for member in bundle["members"]:
        for _, step, _ in getattr(member["pipeline"][0], "transformers_", ()):
            if hasattr(step, "categories_"):
                found[id(step)] = step
    return list(found.values())


def packed(categories: np.ndarray) -> Any:
    """Return texts (with missing values) as one JSON string; any other array unchanged.

    skops stores each element of an object array separately: a model with 200,000 categories took
    175 MB and seconds to write.
    """
    plain = categories.tolist() if categories.dtype == object else []
    if not plain or not all(isinstance(v, str) or pd.isna(v) for v in plain):
        return categories
    return json.dumps(plain)


def unpacked(categories: Any) -> np.ndarray:
    """Restore the array that was given to `packed`."""
    if not isinstance(categories, str):
        return np.asarray(categories)
    plain = json.loads(categories)
    array = np.empty(len(plain), dtype=object)
    array[:] = plain
    return array


def as_text(values: pd.Series) -> np.ndarray:
    """Return labels as text, missing ones as None: 3.0 becomes `3`, True becomes `true`.

    A column of integers gives the same text if it is stored as float because values are missing,
    so training and scoring see the same category.
    """
    codes, uniques = pd.factorize(values)
    table = np.empty(len(uniques) + 1, dtype=object)
    table[:-1] = [_one_text(value) for value in uniques]
    table[-1] = None
    return table[codes]


def _one_text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):  # never through float: it holds 15 digits
        return str(int(value))
    if isinstance(value, float | np.number):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value)


def without(values: pd.Series, gone: np.ndarray) -> pd.Series:
    """Return the values with some set to missing; whole numbers keep all their digits."""
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return (values.astype("Int64") if whole else values).mask(gone)


def exact_frame(table: Any) -> pd.DataFrame:
    """Return an Arrow table as a DataFrame without rounding whole numbers.

    pandas reads whole numbers with missing values as float64, which holds 15 digits; such a column
    becomes `Int64` if it needs more.
    """
    frame: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        name = field.name
        rounded = frame[name].dtype.kind == "f" and str(field.type).startswith(("int", "uint"))
        if rounded and frame[name].abs().max() >= EXACT_INTEGERS:
            frame[name] = pd.array(table.column(name).to_pylist(), dtype="Int64")
    return frame


def are_codes(values: pd.Series) -> bool:
    """Return whether the whole numbers need more digits than float64 has: codes, not amounts."""
    if not pd.api.types.is_integer_dtype(values.dtype) or values.isna().all():
        return False
    return bool(max(abs(int(values.min())), abs(int(values.max()))) >= EXACT_INTEGERS)


def read_rows(path: str) -> pd.DataFrame:
    """Return the rows of a Parquet or CSV file without rounding whole numbers."""
    if path.endswith(".parquet"):
        from pyarrow import parquet

        # A folder named `a=b` on the way to the file is not a column.
        return exact_frame(parquet.read_table(path, partitioning=None))
    rows: pd.DataFrame = pd.read_csv(path)
    long = [n for n in rows if rows[n].dtype.kind == "f" and rows[n].abs().max() >= EXACT_INTEGERS]
    texts = pd.read_csv(path, dtype=str, usecols=long) if long else rows[[]]
    for name in long:
        known = texts[name].dropna()
        if known.str.fullmatch(r"[-+]?\d+").all():
            rows[name] = texts[name]
    return rows


def as_number(values: pd.Series) -> np.ndarray:
    """Return numbers as float64, missing and infinite ones as NaN; `1,234 kg` becomes 1234."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        codes, uniques = pd.factorize(values)
        table = np.array([*(_one_number(value) for value in uniques), np.nan])
        numbers = table[codes]
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _one_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    text = str(value)[:200]
    if text.lower() in ("true", "false", "yes", "no"):
        return float(text.lower() in ("true", "yes"))
    found = _NUMBER.search(text)
    if found is None:
        return float("nan")
    number = float(found.group().replace(",", ""))
    suffix = text[found.end() : found.end() + 1].lower()
    following = text[found.end() + 1 : found.end() + 2]
    return number * (_SCALE.get(suffix, 1.0) if not following.isalpha() else 1.0)


def as_moments(values: pd.Series) -> pd.Series:
    """Return dates, timestamps and times of day as UTC timestamps (a time is on 1970-01-01)."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.to_datetime(values, utc=True)
    first = next((v for v in values if not pd.isna(v)), None)
    if isinstance(first, dt.time) or (
        isinstance(first, str) and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", first)
    ):
        times = values.map(
            lambda v: None if pd.isna(v) else f"{v}:00"[:8] if str(v).count(":") < 2 else str(v)
        )
        return pd.to_datetime("1970-01-01T" + times.astype("string"), utc=True, errors="coerce")
    if isinstance(first, str):
        return pd.to_datetime(values, utc=True, errors="coerce", format="mixed")
    return pd.to_datetime(values, utc=True, errors="coerce")


def prepare(table: pd.DataFrame, frame: list[FrameEntry]) -> pd.DataFrame:
    """Make features from raw columns, row by row; nothing is learned from the data.

    Args:
        table: Raw rows; columns in any order, extra ones are ignored, absent ones are missing.
        frame: One entry per column or derived feature.

    Returns:
        The same number of rows, float64 columns (numbers, ranks, date parts) and text columns
        (categories: NaN where missing; texts: empty if missing).
    """
    table = correct_values(table, frame)
    columns: dict[str, np.ndarray] = {}
    for entry in frame:
        name, use = entry["name"], entry["use"]
        if use == "derived":
            columns[name] = _derived(table, entry)
            continue
        values = _values(table, name)
        if use == "date_parts":
            for part, numbers in _date_parts(values, entry["parts"]).items():
                columns[f"{name} ({part})"] = numbers
        elif use == "ordinal":
            ranks = {level: float(rank) for rank, level in enumerate(entry["order"])}
            columns[name] = np.array([ranks.get(v, np.nan) for v in as_text(values)], dtype=float)
        elif use in ("numeric", "boolean"):
            columns[name] = as_number(values)
        elif use == "text":
            columns[name] = np.array([v or "" for v in as_text(values)], dtype=object)
            for part in entry.get("parts", []):
                columns[f"{name} ({part})"] = _counts(columns[name], part)
        else:
            columns[name] = as_text(values)
            if "number" in entry.get("parts", []):
                columns[f"{name} (number)"] = as_number(values)
    # The same text type always: a missing category is encoded alike in one row and in many.
    text = pd.Series(["text"]).dtype
    typed = {n: pd.Series(v, dtype=text if v.dtype == object else None) for n, v in columns.items()}
    return pd.DataFrame(typed, index=pd.RangeIndex(len(table)))


def correct_values(table: pd.DataFrame, frame: list[FrameEntry]) -> pd.DataFrame:
    """Replace the placeholders of missing values by NaN, and merge spellings of a category."""
    corrected = [e for e in frame if e.get("missing") or e.get("merge_spellings")]
    changed: dict[str, Any] = {}
    for entry in corrected:
        values = _values(table, entry["name"])
        texts = as_text(values)
        if entry.get("missing"):
            gone = np.isin(np.array([t or "" for t in texts], dtype=str), entry["missing"])
            values = without(values, gone)
        if entry.get("merge_spellings"):
            plain = [None if t is None else " ".join(t.casefold().split()) for t in as_text(values)]
            values = pd.Series([t and t.rstrip(".") for t in plain], values.index, dtype=object)
        changed[entry["name"]] = values
    return table.assign(**changed) if changed else table


def _values(table: pd.DataFrame, name: str) -> pd.Series:
    if name in table.columns:
        return table[name]
    return pd.Series(np.full(len(table), np.nan), name=name)


def _derived(table: pd.DataFrame, entry: FrameEntry) -> np.ndarray:
    """Compute a feature from two columns; missing where one of them is, or where not finite."""
    operator = entry["operator"]
    first, second = (_values(table, name) for name in entry["columns"])
    if operator == "cross":
        pairs = zip(as_text(first), as_text(second), strict=True)
        both = [None if a is None or b is None else f"{a} | {b}" for a, b in pairs]
        return np.array(both, dtype=object)
    if operator == "days_between":
        return np.asarray(days_since_1970(as_moments(first)) - days_since_1970(as_moments(second)))
    number = as_number(first)
    if operator in ("group_mean", "group_difference"):
        means = entry["means"]
        group = np.array([means.get(v, entry["overall"]) for v in as_text(second)], dtype=float)
        return group if operator == "group_mean" else number - group
    other = as_number(second)
    with np.errstate(all="ignore"):
        made = _ARITHMETIC[operator](number, other)
    return np.where(np.isfinite(made), made, np.nan)


_ARITHMETIC: dict[str, Any] = {
    "ratio": np.divide,
    "sum": np.add,
    "difference": np.subtract,
    "product": np.multiply,
}


_COUNTED = {
    "words": re.compile(r"\S+"),
    "capitals": re.compile(r"[A-Z]"),
    "digits": re.compile(r"\d"),
    "signs": re.compile(r"[^\w\s]"),
}


def _counts(texts: np.ndarray, part: str) -> np.ndarray:
    """Count the characters, words and so on of each text."""
    if part == "characters":
        return np.array([len(text) for text in texts], dtype=np.float64)
    return np.array([len(_COUNTED[part].findall(text)) for text in texts], dtype=np.float64)


def days_since_1970(moments: pd.Series) -> np.ndarray:
    """Return timestamps in UTC as days, with fractions; NaN where they are missing."""
    first = pd.Timestamp(0, tz="UTC")
    try:
        days = (moments - first) / pd.Timedelta(days=1)
    except pd.errors.OutOfBoundsDatetime:  # nanoseconds end in 1677 and 2262
        days = (moments - first.as_unit("s")) / pd.Timedelta(days=1)
    return np.asarray(days, dtype=np.float64)


def _date_parts(values: pd.Series, parts: list[str]) -> dict[str, np.ndarray]:
    moments = as_moments(values)
    epoch = days_since_1970(moments)
    fields = {"weekday": "day_of_week"}
    return {
        part: np.asarray(
            epoch if part == "epoch" else getattr(moments.dt, fields.get(part, part)),
            dtype=np.float64,
        )
        for part in parts
    }


def raw_scores(bundle: dict[str, Any], table: pd.DataFrame) -> np.ndarray:
    """Compute the weighted mean of the members' outputs, in blocks of rows to bound memory.

    Returns:
        Probabilities of shape (rows, classes), or values of shape (rows,) for regression.
    """
    return np.concatenate([block_scores(bundle, part) for part in blocks(table)])


def blocks(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the table in parts of at most `BLOCK_ROWS` rows; one part if it is empty."""
    starts = range(0, max(len(table), 1), BLOCK_ROWS)
    return [table.iloc[at : at + BLOCK_ROWS] for at in starts]


def block_scores(
    bundle: dict[str, Any], table: pd.DataFrame, made: dict[int, Any] | None = None
) -> np.ndarray:
    """Score one block of rows.

    Args:
        bundle: The model.
        table: Raw rows.
        made: Receives the output of each fitted transformer by its id, to be reused for the same
            rows (see `core.explain.reasons`).
    """
    classes = len(bundle["classes"])
    if len(table) == 0:
        return np.zeros((0, classes) if classes else 0)
    features = prepare(table, bundle["frame"])
    made = {} if made is None else made
    totals: dict[int, Any] = {}
    weights: dict[int, float] = {}
    for member in bundle["members"]:
        group = member.get("candidate", 0)
        steps = member["pipeline"]
        # Members of one fold share their fitted features, which cost more than the estimators.
        if id(steps[0]) not in made:
            made[id(steps[0])] = steps[0].transform(features)
        output = member["weight"] * _outputs(member, made[id(steps[0])], classes)
        totals[group] = totals.get(group, 0.0) + output
        weights[group] = weights.get(group, 0.0) + member["weight"]
    mean = np.asarray(sum(totals.values()) / sum(weights.values()))
    if "stack" in bundle:
        outputs = {group: totals[group] / weights[group] for group in totals}
        mean = _with_stack(mean, outputs, bundle)
    if "temperature" in bundle:
        mean = tempered(mean, bundle["temperature"])
    if "memory" in bundle:
        mean = _with_duplicate_rows(mean, features, bundle["memory"])
    return mean + bundle["offset"] if "offset" in bundle else mean


def _with_stack(mean: np.ndarray, outputs: dict[int, Any], bundle: dict[str, Any]) -> np.ndarray:
    """Blend the mean with the stacking model's output.

    The mean replaces a candidate that there was no time to fit on all rows.
    """
    stack, classes = bundle["stack"], len(bundle["classes"])
    known = [outputs.get(group, mean) for group in range(stack["candidates"])]
    blended = stacked(known, stack, classes)
    if not classes:
        low, high = bundle["members"][0].get("range", (-np.inf, np.inf))
        blended = np.clip(blended, low, high)
    return np.asarray((1 - stack["share"]) * mean + stack["share"] * blended)


def stack_inputs(outputs: list[np.ndarray], classes: int) -> np.ndarray:
    """Return the inputs of a stacking model, shape (rows, inputs).

    They are log-odds for two classes, log-probabilities for more, or values.
    """
    if not classes:
        return np.stack(outputs, axis=1)
    if classes == 2:
        return np.stack([np.log(_bounded(a[:, 1]) / _bounded(a[:, 0])) for a in outputs], axis=1)
    return np.concatenate([np.log(_bounded(output)) for output in outputs], axis=1)


def _bounded(proba: np.ndarray) -> np.ndarray:
    """Clip probabilities, so that no class is impossible however certain a forest is."""
    return np.asarray(np.clip(proba, 1e-4, 1.0))


def stacked(outputs: list[np.ndarray], stack: dict[str, Any], classes: int) -> np.ndarray:
    """Apply a stacking model to the outputs of its candidates."""
    margins = stack_inputs(outputs, classes) @ stack["coef"].T + stack["intercept"]
    if not classes:
        return np.asarray(margins[:, 0])
    if classes == 2:
        margins = np.concatenate([np.zeros_like(margins), margins], axis=1)
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def row_keys(features: pd.DataFrame) -> np.ndarray:
    """Return a hash of each row of prepared features; equal rows have equal hashes."""
    ordered = features[sorted(features.columns)]
    return np.asarray(pd.util.hash_pandas_object(ordered, index=False), dtype=np.uint64)


def duplicate_row_lookup(
    features: pd.DataFrame, y: np.ndarray, classes: int, trust: float
) -> dict[str, Any]:
    """Return the mean target of each distinct row, and how far to trust it (0 to 1)."""
    keys, group = np.unique(row_keys(features), return_inverse=True)
    truth = np.eye(classes)[y.astype(np.intp)] if classes else y[:, None]
    sums = np.zeros((len(keys), truth.shape[1]))
    np.add.at(sums, group, truth)
    means = sums / np.bincount(group)[:, None]
    return {"columns": list(features.columns), "keys": keys, "answers": means, "trust": trust}


def _with_duplicate_rows(
    mean: np.ndarray, features: pd.DataFrame, memory: dict[str, Any]
) -> np.ndarray:
    """Move predictions for duplicates of known rows toward their mean targets, by the trust."""
    keys, known = row_keys(features[memory["columns"]]), memory["keys"]
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    again = known[at] == keys
    seen = memory["answers"][at[again]].reshape(mean[again].shape)
    mean = mean.copy()
    mean[again] += memory["trust"] * (seen - mean[again])
    return mean


def tempered(proba: np.ndarray, temperature: float) -> np.ndarray:
    """Scale probabilities: less certain above 1, more below; the order within a row is kept."""
    powers = np.clip(proba, 1e-15, 1.0) ** (1.0 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _outputs(member: dict[str, Any], x: Any, classes: int) -> np.ndarray:
    """Return the output of one estimator; classes that it never saw get probability 0."""
    model = member["pipeline"][-1]
    if classes == 0:
        low, high = member.get("range", (-np.inf, np.inf))
        return np.clip(np.asarray(model.predict(x), dtype=np.float64), low, high)
    scores = np.zeros((x.shape[0], classes))
    scores[:, member["classes"]] = model.predict_proba(x)
    return scores


def predicted_classes(scores: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the most probable class, or the second of two at or above a threshold."""
    if threshold is None:
        return np.asarray(scores.argmax(axis=1))
    return np.asarray((scores[:, 1] >= threshold).astype(int))


def score(bundle: dict[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    """Predict rows, in their order: `prediction` and, for classes, `probability_<class>`."""
    return prediction_columns(bundle, raw_scores(bundle, table))


def prediction_columns(bundle: dict[str, Any], scores: np.ndarray) -> pd.DataFrame:
    """Return the columns of predictions for the output of `raw_scores`."""
    labels = bundle["classes"]
    if not labels:
        return pd.DataFrame({"prediction": scores})
    best = np.array(labels, dtype=object)[predicted_classes(scores, bundle.get("threshold"))]
    columns: dict[str, Any] = {"prediction": best}
    for index, label in enumerate(labels):
        columns[f"probability_{label}"] = scores[:, index]
    return pd.DataFrame(columns)


def in_units(fitted: Any, y: Any) -> TransformedTargetRegressor:
    """Wrap a fitted regressor of log(1 + y) so that it predicts y, as scikit-learn would."""
    back = TransformedTargetRegressor(regressor=fitted, func=np.log1p, inverse_func=np.expm1)
    scale = FunctionTransformer(func=np.log1p, inverse_func=np.expm1, validate=True)
    back.transformer_ = scale.fit(np.asarray(y).reshape(-1, 1))
    back.regressor_, back._training_dim = fitted, 1  # noqa: SLF001 - fitted outside, see above
    return back


def bounds(y: np.ndarray) -> tuple[float, float]:
    """Return the range that predictions are clipped to: that of the targets and a quarter more.

    A linear model extrapolates without limit, and its exponential explodes: one unusual row would
    ruin every mean.
    """
    low, high = float(np.min(y)), float(np.max(y))
    margin = RANGE_MARGIN * (high - low)
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin
