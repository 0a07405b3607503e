"""Categories that a model has not learned are shown as the data has them."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.unseen_categories import Unseen, unseen_categories, unseen_note


def test_a_category_is_shown_as_written_though_spellings_are_merged():
    entry = {"name": "town", "use": "categorical", "parts": [], "merge_spellings": True}
    table = pd.DataFrame({"town": ["Wien", "Wien", "WIEN", "Köln", None]})
    unseen = unseen_categories({"frame": [entry]}, table, {"town": {"köln"}})["town"]
    assert (unseen.values, unseen.texts) == (3, {"Wien": 2, "WIEN": 1})
    assert "'Wien' (2), 'WIEN' (1)" in unseen_note("town", unseen)


def test_a_number_among_categories_is_a_value_not_learned():
    unseen = Unseen(1, {"0.1": 1}, {}, np.array([True]))
    assert unseen_note("fee", unseen) == (
        "fee: 1 value, read as a category, that the model has not learned, treated as unknown: "
        "'0.1' (1)."
    )
