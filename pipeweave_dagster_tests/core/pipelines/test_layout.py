"""Which columns each view of the features contains."""

import pandas as pd

from pipeweave_dagster.core.pipelines.layout import Layout, layout
from pipeweave_dagster.core.pipelines.transformers import transformer
from pipeweave_dagster_tests.factories import make_pipeline


def test_only_numbers_with_enough_values_get_splines_unless_there_are_too_many():
    rows = pd.DataFrame(
        {"x": range(20), "flag": [0, 1] * 10, "eight": [*range(8), *range(8), *"0123"]}
    )
    rows = rows.astype(float)
    columns = layout(make_pipeline(rows.assign(y=rows["x"]), "y", "regression"), rows)
    assert columns.numbers == ("x", "flag", "eight")
    assert columns.curved == ("x",)
    linear, curves = (transformer(columns, v, "regression", seed=0) for v in ("linear", "curves"))
    extra = curves.fit_transform(rows).shape[1] - linear.fit_transform(rows).shape[1]
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
