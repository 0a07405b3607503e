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
import hashlib
import importlib
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, Required, TypedDict

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)

HOME = "pipeweave_dagster.core.training.serving"
"""How model files name this module, wherever it is and whatever it was copied to.

Part of the file format: never change it, or stored models no longer load. At the path where the
module was when the format was made, one line leads here.
"""

FEATURE_TYPES = [
    "functools.partial",
    "numpy.dtype",
    f"{HOME}.Clipped",
    f"{HOME}.GroupKeys",
    f"{HOME}.GroupRelative",
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
ESTIMATORS = [
    "sklearn.calibration.CalibratedClassifierCV",
    "sklearn.compose._column_transformer.ColumnTransformer",
    "sklearn.compose._target.TransformedTargetRegressor",
    "sklearn.decomposition._truncated_svd.TruncatedSVD",
    "sklearn.dummy.DummyClassifier",
    "sklearn.dummy.DummyRegressor",
    "sklearn.ensemble._forest.ExtraTreesClassifier",
    "sklearn.ensemble._forest.ExtraTreesRegressor",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.ensemble._forest.RandomForestRegressor",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor",
    "sklearn.feature_extraction._hash.FeatureHasher",
    "sklearn.feature_extraction.text.HashingVectorizer",
    "sklearn.feature_extraction.text.TfidfTransformer",
    "sklearn.impute._base.MissingIndicator",
    "sklearn.impute._base.SimpleImputer",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.linear_model._ridge.Ridge",
    "sklearn.neighbors._classification.KNeighborsClassifier",
    "sklearn.neighbors._regression.KNeighborsRegressor",
    "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
    "sklearn.neural_network._multilayer_perceptron.MLPRegressor",
    "sklearn.pipeline.FeatureUnion",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._discretization.KBinsDiscretizer",
    "sklearn.preprocessing._encoders.OneHotEncoder",
    "sklearn.preprocessing._encoders.OrdinalEncoder",
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    "sklearn.preprocessing._label.LabelBinarizer",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.preprocessing._polynomial.SplineTransformer",
    "sklearn.preprocessing._target_encoder.TargetEncoder",
    "sklearn.svm._classes.SVC",
    "sklearn.svm._classes.SVR",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.DecisionTreeRegressor",
    "sklearn.tree._classes.ExtraTreeClassifier",
    "sklearn.tree._classes.ExtraTreeRegressor",
]
"""Estimators of scikit-learn in PipeWeave's own models. skops trusts all of them unless a worker
imported it without its list, which takes half a second; then others cost that half second."""


STEPS_GROUP = "pipeweave.steps"
"""Entry points of steps from other packages; installing a package means trusting its steps."""
MODELS_GROUP = "pipeweave.models"
"""Entry points of foundation models from other packages; only those that are named are loaded."""

BLOCK_ROWS = 50_000
_DISTINCT_ROWS = 1_000
"""From so many rows on, encoders look at distinct values."""
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
        use: The step type that reads it (`numeric`, `ordinal`, `text`, `derived`, ...); what is
            `relative` is computed by the transformers of members, not by `prepare`.
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


class GroupRelative(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Compare the numbers of a row with those of its group, such as a race or a household.

    Inputs are the columns whose equal values form a group, and then numbers; outputs are how many
    rows the group has, and for each number its difference from the group's mean, its ratio to it,
    its rank in the group (0 to 1, ties in the middle) and that mean.

    The row counts as one of its group, in fitting as in scoring: a training row is among those that
    are stored, a scored row joins them. So both are compared with the other known rows of the group
    and with themselves, and a prediction does not depend on which rows are scored together. For a
    row without others, as of an unseen group, the outputs of numbers are missing. So they are for
    one of five training rows, whatever its group: else a model would not learn to do without them.

    Args:
        keys: How many of the inputs form the group.
    """

    __module__ = HOME
    outputs = 4
    lone = 5

    def __init__(self, keys: int = 1) -> None:
        self.keys = keys

    def fit(self, x: pd.DataFrame, y: Any = None) -> "GroupRelative":
        """Store the sorted values of each group."""
        del y
        known, keys = key_hashes(x.iloc[:, : self.keys])
        self.keys_, codes = np.unique(keys[known], return_inverse=True)
        self.sizes_ = np.bincount(codes, minlength=len(self.keys_))
        self.stored_ = [_stored(codes, v[known], len(self.keys_)) for v in self._numbers(x)]
        return self

    def _numbers(self, x: pd.DataFrame) -> list[np.ndarray]:
        return [x.iloc[:, k].to_numpy(dtype=np.float64) for k in range(self.keys, x.shape[1])]

    def fit_transform(self, x: pd.DataFrame, y: Any = None) -> np.ndarray:
        """Fit, and compare the training rows, which are among the stored ones."""
        self.fit(x, y)
        made = self._compared(x, joining=0)
        made[key_hashes(x)[1] % self.lone == 0] = [1.0] + [np.nan] * (made.shape[1] - 1)
        return made

    def transform(self, x: pd.DataFrame) -> np.ndarray:
        """Compare rows that join their groups, shape (rows, 1 + 4 * numbers)."""
        return self._compared(x, joining=1)

    def _compared(self, x: pd.DataFrame, joining: int) -> np.ndarray:
        known, keys = key_hashes(x.iloc[:, : self.keys])
        unseen = len(self.keys_)
        codes = np.searchsorted(self.keys_, keys)
        codes[~known | (np.append(self.keys_, np.uint64(0))[codes] != keys)] = unseen
        size = np.append(self.sizes_, 1 - joining)[codes] + joining
        made = [size.astype(np.float64)]
        for numbers, stored in zip(self._numbers(x), self.stored_, strict=True):
            made += _relative_to(codes, numbers, stored, joining)
        return np.stack(made, axis=1)


def _stored(codes: np.ndarray, numbers: np.ndarray, groups: int) -> dict[str, np.ndarray]:
    """Return the sorted values of the groups, where those of each start, and their sums."""
    there = ~np.isnan(numbers)
    order = np.lexsort((numbers[there], codes[there]))
    codes, values = codes[there][order], numbers[there][order]
    return {
        "places": _places(codes, values),
        # The group after the last has no rows: that of rows whose group is unseen.
        "starts": np.searchsorted(codes, np.arange(groups + 2)),
        "sums": np.bincount(codes, weights=values, minlength=groups + 1),
    }


class GroupKeys(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Make one number of several columns, equal where all of them are: a key of their group."""

    __module__ = HOME

    def fit(self, x: pd.DataFrame, y: Any = None) -> "GroupKeys":
        """Do nothing: a key depends on its row alone."""
        del x, y
        self.fitted_ = True
        return self

    def transform(self, x: pd.DataFrame) -> np.ndarray:
        """Return the keys, shape (rows, 1); NaN where a value is missing."""
        known, keys = key_hashes(x)
        # The upper 52 bits, which float64 holds.
        return np.where(known, (keys >> np.uint64(12)).astype(np.float64), np.nan)[:, None]


def key_hashes(columns: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows have all values, and a hash of each row: of equal ones, equal hashes."""
    # Adding 0 makes -0 and 0 one key.
    plain = {n: v + 0.0 if v.dtype.kind == "f" else v.astype(object) for n, v in columns.items()}
    hashes = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    return columns.notna().all(axis=1).to_numpy(), hashes.to_numpy(dtype=np.uint64)


def _relative_to(
    codes: np.ndarray, numbers: np.ndarray, stored: dict[str, np.ndarray], joining: int
) -> list[np.ndarray]:
    """Return difference, ratio, rank and mean of numbers in their groups."""
    first, last = stored["starts"][codes], stored["starts"][codes + 1]
    there = ~np.isnan(numbers)
    joins = np.where(there, joining, 0)
    count = last - first + joins
    lone = count - there == 0
    wanted = _places(codes, numbers)
    with np.errstate(all="ignore"):
        mean = (stored["sums"][codes] + np.where(there, joins * numbers, 0.0)) / count
        ratio = numbers / mean
        below = np.searchsorted(stored["places"], wanted) - first
        upto = np.searchsorted(stored["places"], wanted, side="right") - first + joins
        rank = np.where(there, (below + upto) / (2 * count), np.nan)
        made = [numbers - mean, ratio, rank, mean]
    return [np.where(np.isfinite(column) & ~lone, column, np.nan) for column in made]


def _places(groups: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return complex numbers, which numpy orders by their group and then by their value."""
    places = np.empty(len(groups), dtype=np.complex128)
    places.real, places.imag = groups, numbers
    return places


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

        if len(x) == 1 and y is None:  # a frame of one row takes 3 ms
            cells = np.asarray(x, dtype=np.float64).astype(object)
            for place in self.native:
                cells[0, place] = -1 if np.isnan(cells[0, place]) else int(cells[0, place])
            return Pool(cells, cat_features=self.native)
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


class PlugInError(ValueError):
    """A model needs a plug-in that is not allowed here, or whose checkpoint is not the same."""


class PlugIn:
    """A foundation model of another package, with scikit-learn's interface.

    Its weights stay in a local file, the checkpoint. A model file has the rows that it was given,
    which are all that it learns, and the hash of the checkpoint.

    Args:
        name: Its entry point.
        package: The distribution that it comes from.
        checkpoint: Path of the weights.
        sha256: Their hash; None takes that of the file.
        how: Keyword arguments of its `fit`: `categorical` (positions of category codes), `classes`
            (0 for values) and `seed`.
    """

    def __init__(
        self,
        name: str,
        package: str,
        checkpoint: str,
        sha256: str | None = None,
        how: dict[str, Any] | None = None,
    ) -> None:
        found = file_sha256(checkpoint)
        if found is None:
            raise PlugInError(f"The checkpoint {checkpoint} of the model `{name}` does not exist.")
        if sha256 is not None and found != sha256:
            raise PlugInError(
                f"The checkpoint {checkpoint} of the model `{name}` is another one than that which "
                f"the model was trained with (SHA-256 {found[:12]}…, not {sha256[:12]}…)."
            )
        self.name, self.package, self.checkpoint, self.sha256 = name, package, checkpoint, found
        self.how = how or {}
        self.model = plug_in_type(name)(Path(checkpoint))

    def fit(self, x: Any, y: Any) -> "PlugIn":
        """Give it the rows."""
        self.x, self.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.model.fit(self.x, self.y, **self.how)
        return self

    def predict(self, x: Any) -> np.ndarray:
        """Predict values, shape (rows,)."""
        return np.asarray(self.model.predict(np.asarray(x, dtype=np.float64)), dtype=np.float64)

    def predict_proba(self, x: Any) -> np.ndarray:
        """Predict probabilities, shape (rows, classes)."""
        found = self.model.predict_proba(np.asarray(x, dtype=np.float64))
        return np.asarray(found, dtype=np.float64)

    def packed(self) -> dict[str, Any]:
        """Return plain values from which `unpacked_plug_in` restores it, by its package."""
        names = ("name", "checkpoint", "sha256", "how", "x", "y")
        return {self.package: {name: getattr(self, name) for name in names}}


def unpacked_plug_in(packed: dict[str, Any], allowed: Mapping[str, str]) -> PlugIn:
    """Restore the model from the values of `PlugIn.packed`.

    Args:
        packed: These values.
        allowed: The plug-ins that may be loaded, and the checkpoint of each on this machine.

    Raises:
        PlugInError: If it is not among them, or the checkpoint is missing or another one.
    """
    ((package, facts),) = packed.items()
    name = facts["name"]
    if name not in allowed:
        raise PlugInError(
            f"The model needs the plug-in `{name}` of the package {package}, which is not allowed "
            "here: PIPEWEAVE_MODEL_PLUG_INS does not name it."
        )
    made = PlugIn(name, package, str(allowed[name]), facts["sha256"], facts["how"])
    return made.fit(facts["x"], facts["y"])


def plug_in_type(name: str) -> Any:
    """Return the type of a foundation model; imports its package.

    Raises:
        PlugInError: If no installed package offers it.
    """
    point = next((p for p in entry_points(group=MODELS_GROUP) if p.name == name), None)
    if point is None:
        raise PlugInError(
            f"No installed package offers a model `{name}` (entry points `{MODELS_GROUP}`)."
        )
    return point.load()


_hashes: dict[tuple[str, int, int], str] = {}


def file_sha256(path: str | Path) -> str | None:
    """Return the SHA-256 of a file, remembered while size and time stay; None if it is absent."""
    try:
        stat = Path(path).stat()
        key = (str(path), stat.st_size, stat.st_mtime_ns)
        if key not in _hashes:
            with Path(path).open("rb") as file:
                _hashes[key] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return _hashes[key]


def load_bundle(path: str | Path, plug_ins: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read a model file without executing code in it; types outside the list raise.

    Steps of installed packages are allowed, too; foundation models only where `plug_ins` names
    them, with the path of the checkpoint on this machine.
    """
    _at_home()
    steps = [point.value.replace(":", ".") for point in entry_points(group=STEPS_GROUP)]
    bundle: dict[str, Any] = load_archive(path, [*TRUSTED_TYPES, *steps])
    for encoder in encoders(bundle):
        encoder.categories_ = [unpacked(found) for found in encoder.categories_]
        _hasten(encoder)
    for member in bundle["members"]:
        if "catboost" in member:
            booster = unpacked_booster(member.pop("catboost"))
            member["pipeline"].steps[-1] = ("model", booster)
        if "plug_in" in member:
            model = unpacked_plug_in(member.pop("plug_in"), plug_ins or {})
            member["pipeline"].steps[-1] = ("model", model)
    return bundle


def load_archive(path: str | Path, trusted: list[str]) -> Any:
    """Load a skops archive that contains nothing but these types and those that skops trusts."""
    from skops.io import load
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        return load(path, trusted=[*trusted, *ESTIMATORS])
    except UntrustedTypesFoundException:
        return load(path, trusted=[*trusted, *estimators()])


def estimators() -> list[str]:
    """Return the names of all estimators of scikit-learn; the first call imports all of it."""
    from sklearn.utils import all_estimators

    found = (kind for _, kind in all_estimators())
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in found)
    return [name for name in names if name.startswith("sklearn.")]


def _at_home() -> None:
    """Make the types of this module importable where PipeWeave is not installed."""
    try:
        importlib.import_module(HOME)
    except ModuleNotFoundError:
        home = ModuleType(HOME)
        vars(home).update({kind.__name__: kind for kind in (Clipped, GroupKeys, GroupRelative)})
        sys.modules[HOME] = home


def save_bundle(bundle: dict[str, Any], path: str | Path) -> None:
    """Write a model file: a skops archive, without pickle.

    At the lowest compression level: a fifth to a tenth of the size, in a twentieth of the time.
    """
    from zipfile import ZIP_DEFLATED

    from skops.io import dump

    plain = [(encoder, dict(vars(encoder))) for encoder in encoders(bundle)]
    try:
        for encoder, _ in plain:
            encoder.categories_ = [packed(found) for found in encoder.categories_]
            for method in _HASTENED:
                vars(encoder).pop(method, None)
        stored = {**bundle, "members": [storable(member) for member in bundle["members"]]}
        dump(stored, path, compression=ZIP_DEFLATED, compresslevel=1)
    finally:
        for encoder, state in plain:
            vars(encoder).update(state)


def storable(member: dict[str, Any]) -> dict[str, Any]:
    """Return a member that skops can store.

    CatBoost's own file replaces its model, and what it was given a model of another package.
    """
    model = member["pipeline"][-1]
    if not isinstance(model, CatBoosted | PlugIn):
        return member
    steps = [*member["pipeline"].steps[:-1], ("model", "passthrough")]
    plain = type(member["pipeline"])(steps)
    kind = "catboost" if isinstance(model, CatBoosted) else "plug_in"
    return {**member, "pipeline": plain, kind: model.packed()}


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


_KEPT, _MOST_KEPT = "_outputs_of_texts", 20_000
_HASTENED = ("_check_X", "transform", _KEPT)
"""What `_hasten` replaces in encoders; it is no part of a model file."""


def _hasten(encoder: Any) -> None:
    """Have a loaded encoder take prepared features as they are.

    scikit-learn looks through each column for what `prepare` never makes, which takes longer than
    all else of a single row: 130 of 160 ms for 46 columns. Only where its method is the known one.
    """
    check = getattr(type(encoder), "_check_X", None)
    if check is not None and str(signature(check)) == "(self, X, ensure_all_finite=True)":
        encoder._check_X = _prepared_columns  # noqa: SLF001 - see above
    if isinstance(encoder, OrdinalEncoder | TargetEncoder):
        encoder.transform = partial(_encoded, encoder)


def _encoded(encoder: Any, x: Any) -> np.ndarray:
    """Encode columns of texts by their distinct values: each output depends on its cell alone.

    scikit-learn looks up every cell, which takes three times as long where values repeat. Outputs
    are kept, since the blocks of a batch have mostly the same texts.
    """
    whole = type(encoder).transform
    texts = isinstance(x, pd.DataFrame) and all(isinstance(d, pd.StringDtype) for d in x.dtypes)
    if not texts or len(x) < _DISTINCT_ROWS:
        return np.asarray(whole(encoder, x))
    found = [pd.factorize(x.iloc[:, place]) for place in range(x.shape[1])]
    most = max(len(uniques) for _, uniques in found)
    if most > len(x) // 4:
        return np.asarray(whole(encoder, x))
    distinct = [[*uniques, None] for _, uniques in found]  # None is where the code -1 leads
    kept = getattr(encoder, _KEPT, None) or [{} for _ in found]
    if any(text not in known for known, own in zip(kept, distinct, strict=True) for text in own):
        if max(map(len, kept)) > _MOST_KEPT:
            kept = [{} for _ in found]
        padded = [pd.Series([*u, *[None] * (most + 1 - len(u))], dtype="str") for _, u in found]
        outputs = np.asarray(whole(encoder, pd.concat(padded, axis=1, keys=x.columns)))
        rows = outputs.reshape(most + 1, len(found), -1)
        made = [dict(zip(own, rows[:, k], strict=False)) for k, own in enumerate(distinct)]
        kept = [known | new for known, new in zip(kept, made, strict=True)]
        setattr(encoder, _KEPT, kept)
    by_code = [np.stack([k[text] for text in own]) for k, own in zip(kept, distinct, strict=True)]
    taken = [
        by.take(codes, axis=0, mode="wrap") for by, (codes, _) in zip(by_code, found, strict=True)
    ]
    return np.concatenate(taken, axis=1)


def _prepared_columns(x: Any, ensure_all_finite: Any = True) -> tuple[list[Any], int, int]:
    """Return the columns of prepared features as arrays, and their shape."""
    del ensure_all_finite
    columns = [x.iloc[:, place].to_numpy() for place in range(x.shape[1])]
    return columns, *x.shape


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
    if len(values) == 1 and pd.api.types.is_scalar(only := values.iloc[0]):
        return np.array([None if pd.isna(only) else _one_text(only)], dtype=object)
    codes, texts = _distinct_texts(values)
    return np.asarray(texts[codes])


def coded(values: pd.Series) -> tuple[np.ndarray, Any]:
    """Return the place of each value among distinct ones, -1 if missing, and these.

    Those of a categorical may include values that no row has.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.intp), values.cat.categories
    return pd.factorize(values)


def _distinct_texts(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each label among the texts; the last one, -1, is a missing label."""
    codes, uniques = coded(values)
    texts = np.empty(len(uniques) + 1, dtype=object)
    texts[:-1] = [_one_text(value) for value in uniques]
    texts[-1] = None
    return codes, texts


def _text_column(values: pd.Series) -> Any:
    """Return `as_text` in pandas' own type of texts, made of the distinct ones."""
    if len(values) < _DISTINCT_ROWS:
        return as_text(values)
    codes, texts = _distinct_texts(values)
    kind: Any = pd.Series(["text"]).dtype
    return pd.array(texts, kind).take(codes)


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
        whole = str(field.type).startswith(("int", "uint"))
        if whole and frame[name].dtype.kind == "f" and frame[name].abs().max() >= EXACT_INTEGERS:
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
    if len(values) == 1 and pd.api.types.is_scalar(only := values.iloc[0]):
        numbers = np.array([np.nan if pd.isna(only) else _one_number(only)])
    elif pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        codes, uniques = pd.factorize(values)
        table = np.array([*(_one_number(value) for value in uniques), np.nan])
        numbers = table[codes]
    finite = np.isfinite(numbers)
    return numbers.copy() if finite.all() else np.where(finite, numbers, np.nan)


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
    for entry in (e for e in frame if e["use"] != "relative"):
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
            columns[name] = _text_column(values)
            if "number" in entry.get("parts", []):
                columns[f"{name} (number)"] = as_number(values)
    # The same text type always: a missing category is encoded alike in one row and in many.
    text: Any = pd.Series(["text"]).dtype
    typed = {n: pd.array(v, text) if v.dtype == object else v for n, v in columns.items()}
    return pd.DataFrame(typed, index=pd.RangeIndex(len(table)), copy=False)


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


def in_units(fitted: Any, y: Any, smearing: float = 1.0) -> TransformedTargetRegressor:
    """Wrap a fitted regressor of log(1 + y) so that it predicts y, as scikit-learn would.

    Args:
        fitted: The regressor.
        y: Targets in their unit, shape (rows,).
        smearing: Factor of 1 + prediction: the exponential of a mean logarithm is below the mean.
    """
    back = TransformedTargetRegressor(regressor=fitted, func=np.log1p, inverse_func=np.expm1)
    values = np.asarray(y).reshape(-1, 1)
    scale = FunctionTransformer(func=np.log1p, inverse_func=np.expm1, validate=True).fit(values)
    if smearing != 1.0:  # its inverse adds the logarithm of the factor before the exponential
        shift = StandardScaler(with_std=False).fit(np.zeros((1, 1)))
        shift.mean_ = np.array([np.log(smearing)])
        scale = Pipeline([("logarithm", scale), ("smearing", shift)])
    back.transformer_ = scale
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
