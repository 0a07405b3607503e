"""XGBoost as it comes: default parameters, text as categories, missing values as they are."""

import sys
from pathlib import Path

import pandas as pd
from xgboost import XGBClassifier, XGBRegressor


def main(folder: Path, out: Path) -> None:
    """Train on `train.csv`, write the predictions for `test.csv`."""
    train, test = (pd.read_csv(folder / name) for name in ("train.csv", "test.csv"))
    y, x, z = train.pop("target"), train, test.drop(columns="target")
    for name in x.columns:
        if x[name].dtype.kind not in "bif":
            known = pd.Index(x[name].dropna().astype(str).unique())
            x[name] = pd.Categorical(x[name].astype(str), categories=known)
            z[name] = pd.Categorical(z[name].astype(str), categories=known)
    if (folder / "task.txt").read_text() == "regression":
        model = XGBRegressor(enable_categorical=True).fit(x, y)
        pd.DataFrame({"prediction": model.predict(z)}).to_csv(out, index=False)
        return
    labels = sorted(y.astype(str).unique())
    codes = y.astype(str).map({label: code for code, label in enumerate(labels)})
    model = XGBClassifier(enable_categorical=True).fit(x, codes)
    columns = [f"probability_{label}" for label in labels]
    pd.DataFrame(model.predict_proba(z), columns=columns).to_csv(out, index=False)


main(Path(sys.argv[1]), Path(sys.argv[2]))
