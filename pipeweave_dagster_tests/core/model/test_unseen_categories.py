"""Categories that a model has not learned are shown as the data has them."""

import pandas as pd

from pipeweave_dagster.core.model.unseen_categories import unseen_categories, unseen_note


def test_a_category_is_shown_as_written_though_spellings_are_merged():
    entry = {"name": "town", "use": "categorical", "parts": [], "merge_spellings": True}
    table = pd.DataFrame({"town": ["Wien", "Wien", "WIEN", "Köln", None]})
    unseen = unseen_categories({"frame": [entry]}, table, {"town": {"köln"}})["town"]
    assert (unseen.values, unseen.texts) == (3, {"Wien": 2, "WIEN": 1})
    assert "'Wien' (2), 'WIEN' (1)" in unseen_note("town", unseen)
