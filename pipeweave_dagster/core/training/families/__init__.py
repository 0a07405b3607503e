"""Model families, one file each; every one stops by itself when its time is over."""

from pipeweave_dagster.core.pipelines.catalogue import is_installed
from pipeweave_dagster.core.training.families.base import Family, Fit, Rows
from pipeweave_dagster.core.training.families.catboost import CatBoost
from pipeweave_dagster.core.training.families.dummy import Dummy
from pipeweave_dagster.core.training.families.early_stopping import Boosted
from pipeweave_dagster.core.training.families.forest import Forest
from pipeweave_dagster.core.training.families.hist_gradient_boosting import HistGradientBoosting
from pipeweave_dagster.core.training.families.lightgbm import LightGBM
from pipeweave_dagster.core.training.families.linear import Linear
from pipeweave_dagster.core.training.families.mlp import Mlp
from pipeweave_dagster.core.training.families.neighbours import Neighbours
from pipeweave_dagster.core.training.families.svm import Svm
from pipeweave_dagster.core.training.families.xgboost import XGBoost

FAMILIES: dict[str, Family] = {
    "dummy": Dummy(),
    "linear": Linear(),
    "hist_gradient_boosting": HistGradientBoosting(),
    "lightgbm": Boosted(LightGBM()),
    "xgboost": Boosted(XGBoost()),
    "random_forest": Forest(extra=False),
    "extra_trees": Forest(extra=True),
    "neighbours": Neighbours(),
    "mlp": Mlp(),
    "svm": Svm(),
    **({"catboost": Boosted(CatBoost())} if is_installed("catboost") else {}),
}

__all__ = ["FAMILIES", "Family", "Fit", "Rows"]
