"""Categories are one text each in a model file, and the same after it."""

import re
import zipfile

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from pipeweave_dagster.core.model.bundle_file import load_bundle, save_bundle
from pipeweave_dagster.core.model.category_encoders import encoders
from pipeweave_dagster.core.pipelines.layout import Layout
from pipeweave_dagster.core.pipelines.transformers import transformer


def test_categories_are_packed_in_the_file_and_are_the_same_after_it(tmp_path):
    rows = pd.DataFrame({"k": [f"{i % 7} é" for i in range(90)], "m": [*"ab", None] * 30})
    columns = transformer(
        Layout(numbers=(), few=("k",), many=("m",), texts=()), "tree", "regression", seed=0
    )
    columns.fit(rows.astype(object), np.arange(90.0))
    bundle = {"members": [{"pipeline": Pipeline([("features", columns)])}] * 2}
    before = [list(found) for e in encoders(bundle) for found in e.categories_]
    assert [len(found) for found in before] == [7, 3]
    save_bundle(bundle, tmp_path / "m.skops")
    with zipfile.ZipFile(tmp_path / "m.skops") as archive:
        states = archive.read("schema.json").decode()
        sizes = [(part.file_size, part.compress_size) for part in archive.infolist()]
    assert 3 * sum(packed for _, packed in sizes) < sum(plain for plain, _ in sizes)
    texts = re.findall(r'"content": "(.*)"', states)
    assert any(text.startswith(r"\"[") for text in texts)  # a list in one text
    assert not any(text.startswith(r"\"0 ") for text in texts)  # no category by itself
    again = load_bundle(tmp_path / "m.skops")
    for told in (bundle, again):
        after = [list(found) for e in encoders(told) for found in e.categories_]
        assert repr(after) == repr(before)  # missing ones are not equal to themselves
    found = again["members"][0]["pipeline"][0].transform(rows.astype(object))
    np.testing.assert_array_equal(found, columns.transform(rows.astype(object)))
