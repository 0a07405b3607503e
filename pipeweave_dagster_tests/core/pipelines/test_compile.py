"""The fitted part of the features, as scikit-learn makes it."""

import pandas as pd

from pipeweave_dagster.core.pipelines.compile import Layout, transformer


def test_signs_and_single_letters_tell_texts_apart():
    rows = pd.DataFrame({"text": ["call now", "call now !", "call u now", "£ call now"]})
    columns = Layout(numbers=(), few=(), many=(), texts=("text",))
    found = transformer(columns, "linear", "binary", seed=0).fit_transform(rows).toarray()
    assert len({tuple(row.nonzero()[0]) for row in found}) == len(rows)
