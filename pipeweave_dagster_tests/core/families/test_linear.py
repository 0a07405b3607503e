"""Columns that are zero in every row are left out of a fit, and the model is the same."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeweave_dagster.core.families.fit import Rows
from pipeweave_dagster.core.families.linear import fit_logistic


# The fit goes on in stretches of few steps, so that most of them end before they converge.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("filled", [[3, 7, 8, 19], []])
def test_a_fit_without_empty_columns_is_that_with_them(classes, filled):
    rng = np.random.default_rng(0)
    dense = np.zeros((200, 30))
    dense[:, filled] = rng.normal(size=(200, len(filled)))
    y = np.digitize(dense.sum(axis=1) + rng.normal(size=200), np.linspace(-1, 1, classes - 1))
    fits = [
        fit_logistic(LogisticRegression(warm_start=True), rows_of(x, y, classes), 43)
        for x in (dense, csr_matrix(dense))
    ]
    assert [fit.n_features_in_ for fit in fits] == [30, 30]
    assert [fit.coef_.shape for fit in fits] == [(1 if classes == 2 else classes, 30)] * 2
    np.testing.assert_allclose(fits[0].coef_, fits[1].coef_, atol=1e-6)
    np.testing.assert_allclose(
        fits[0].predict_proba(dense), fits[1].predict_proba(csr_matrix(dense)), atol=1e-7
    )


def rows_of(x, y, classes):
    return Rows(x=x, y=y, weight=None, task="multiclass", classes=classes, seed=0)
