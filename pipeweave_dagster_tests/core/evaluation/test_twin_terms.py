"""What the terms of a readable twin are about."""

import numpy as np

from pipeweave_dagster.core.evaluation.twin_terms import terms_of
from pipeweave_dagster.core.explain.shape_functions import Curve, Shapes


def curve(name, at, effect):
    return Curve(name, at, np.full(len(at), 1 / len(at)), np.array([effect]))


def test_parts_of_dates_with_one_value_are_one_term_on_missing_dates():
    curves = [
        curve("month (year)", [2023.0, 2024.0, None], [-0.1, 0.0, 0.1]),
        curve("month (day)", [1.0, None], [-0.2, 0.2]),
        curve("month (hour)", [0.0, None], [-0.1, 0.1]),
        curve("paid (minute)", [0.0, None], [-0.05, 0.05]),
        curve("number", [1.0, None], [-0.02, 0.02]),
    ]
    terms = terms_of(Shapes(np.zeros(1), {c.column: c for c in curves}), straight=False)
    found = {term.columns[0]: (term.at, term.effect) for term in terms}
    assert list(found) == [
        "month (missing or not)",
        "month (year)",
        "paid (missing or not)",
        "number",
    ]
    assert found["month (missing or not)"] == (["known", None], [[-0.3, 0.3]])
