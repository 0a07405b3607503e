"""CatBoost as it comes: default parameters, text as categories, missing numbers as they are."""

import sys
from pathlib import Path

import pandas as pd
from catboost import CatBoostClassifier, CatBoostRegressor

_QUIET = {"verbose": False, "allow_writing_files": False}


def main(folder: Path, out: Path) -> None:
    """Train on `train.csv`, write the predictions for `test.csv`."""
    train, test = (pd.read_csv(folder / name) for name in ("train.csv", "test.csv"))
    y, x, z = train.pop("target"), train, test.drop(columns="target")
    categories = [name for name in x.columns if x[name].dtype.kind not in "iuf"]
    for rows in (x, z):
        # A text column with gaps stays one of NaN and text otherwise, which CatBoost refuses.
        rows[categories] = rows[categories].astype(str).fillna("missing")
    if (folder / "task.txt").read_text() == "regression":
        model = CatBoostRegressor(cat_features=categories, **_QUIET).fit(x, y)
        pd.DataFrame({"prediction": model.predict(z)}).to_csv(out, index=False)
        return
    model = CatBoostClassifier(cat_features=categories, **_QUIET).fit(x, y.astype(str))
    columns = [f"probability_{label}" for label in model.classes_]
    pd.DataFrame(model.predict_proba(z), columns=columns).to_csv(out, index=False)


main(Path(sys.argv[1]), Path(sys.argv[2]))
