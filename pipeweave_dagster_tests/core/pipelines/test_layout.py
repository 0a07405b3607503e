"""The fitted part of the features, as scikit-learn makes it."""

import pandas as pd

from pipeweave_dagster.core.pipelines.layout import Layout, layout
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster_tests.factories import make_pipeline


def test_only_numbers_with_enough_values_get_a_curve_and_not_too_many_of_them():
    rows = pd.DataFrame(
        {"x": range(20), "flag": [0, 1] * 10, "eight": [*range(8), *range(8), *"0123"]}
    )
    rows = rows.astype(float)
    columns = layout(make_pipeline(rows.assign(y=rows["x"]), "y", "regression"), rows)
    assert columns.numbers == ("x", "flag", "eight")
    assert columns.curved == ("x",)
    line, curves = (transformer(columns, v, "regression", seed=0) for v in ("linear", "curves"))
    extra = curves.fit_transform(rows).shape[1] - line.fit_transform(rows).shape[1]
    assert extra == 7
    wide = pd.DataFrame({f"x{i}": rows["x"] * i for i in range(1, 152)})
    spec = make_pipeline(wide.assign(y=rows["x"]), "y", "regression")
    assert layout(spec, wide).curved == ()
    assert len(layout(spec, wide[wide.columns[1:]]).curved) == 150


def test_the_plain_view_has_neither_texts_nor_many_categories():
    rows = pd.DataFrame({"n": [1.0, 2.0, 3.0], "k": ["a", "b", "a"], "t": ["x y", "z", "w"]})
    columns = Layout(numbers=("n",), few=("k",), many=("k",), texts=("t",))
    assert columns.can_be_plain
    assert not Layout(numbers=("n",), few=("k",), many=(), texts=()).can_be_plain
    assert not Layout(numbers=(), few=(), many=(), texts=("t",)).can_be_plain
    assert columns.native("plain") == [1]
    found = transformer(columns, "plain", "binary", seed=0).fit_transform(rows)
    assert found.shape == (3, 2)


def test_signs_and_single_letters_tell_texts_apart():
    rows = pd.DataFrame({"text": ["call now", "call now !", "call u now", "£ call now"]})
    columns = Layout(numbers=(), few=(), many=(), texts=("text",))
    found = transformer(columns, "linear", "binary", seed=0).fit_transform(rows).toarray()
    assert len({tuple(row.nonzero()[0]) for row in found}) == len(rows)
