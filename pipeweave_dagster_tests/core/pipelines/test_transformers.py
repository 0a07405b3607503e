"""What the transformers of the views compute."""

import pandas as pd

from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.transformers import transformer


def test_signs_and_single_letters_distinguish_texts():
    rows = pd.DataFrame({"text": ["call now", "call now !", "call u now", "£ call now"]})
    columns = Layout(numbers=(), few=(), many=(), texts=("text",))
    found = transformer(columns, "linear", "binary", seed=0).fit_transform(rows).toarray()
    assert len({tuple(row.nonzero()[0]) for row in found}) == len(rows)
