"""A family in one file: naive Bayes for classes, Bayesian ridge regression for values."""

import numpy as np

from pipeweave_dagster.core.families.base import ExportedFit, Family
from pipeweave_dagster.core.families.fit import Fit, dense
from pipeweave_dagster.core.families.search_space import Range, Variant


def fit_bayes(model, rows):
    """Fit on dense features."""
    return model.fit(dense(rows.x), rows.y, sample_weight=rows.weight)


class Bayes(Family):
    """Its contributions are exact, since both models are additive."""

    def fit(self, rows, params, deadline):
        from sklearn.linear_model import BayesianRidge
        from sklearn.naive_bayes import GaussianNB

        smoothing = params.get("var_smoothing", 1e-9)
        model = GaussianNB(var_smoothing=smoothing) if rows.classes else BayesianRidge()
        return Fit(fit_bayes(model, rows))

    def exported_fit(self, model, recipe, native):
        return ExportedFit(fit_bayes, {})

    def contributions(self, model, x, sources, count, *, quick, rounds=None):
        found = np.zeros((x.shape[0], count + 1, 1))
        if hasattr(model, "coef_"):
            by_input, found[:, -1] = x * model.coef_, model.intercept_
        else:
            mean, var = model.theta_, model.var_
            fits = [-0.5 * np.log(var[k]) - (x - mean[k]) ** 2 / (2 * var[k]) for k in (0, 1)]
            by_input, prior = fits[1] - fits[0], model.class_prior_
            found[:, -1] = np.log(prior[1] / prior[0])
        for place, feature in enumerate(sources):
            found[:, feature, 0] += by_input[:, place]
        return found


FAMILY = Bayes(
    name="bayes",
    view="linear",
    variants=(Variant("bayes_smooth", "other", 5, {"var_smoothing": 0.1}),),
    space={"var_smoothing": Range(1e-9, 1, 1e-9)},
    estimators=("BayesianRidge", "GaussianNB"),
    explained="quick",
)
