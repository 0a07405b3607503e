"""The types of columns have words that a reader understands, in reasons and in the docs."""

from pathlib import Path
from typing import get_args

from pipeweave_dagster.core.documents import SemanticType
from pipeweave_dagster.core.schema.deduction import _without_values
from pipeweave_dagster.core.schema.meaning.kind_words import KIND_WORDS

DOCS = Path(__file__).parents[4] / "docs"


def test_every_type_has_words_and_is_explained():
    assert set(KIND_WORDS) == set(get_args(SemanticType))
    guide = (DOCS / "how-to" / "schema.md").read_text()
    assert all(f"| `{name}` | {words} " in guide for name, words in KIND_WORDS.items())


def test_reasons_of_the_type_model_name_what_columns_hold(version):
    text = "MGODGE,code,y\n" + "".join(
        f"{i % 9},x{i * 37 % 83},{'ab'[i % 2]}\n" for i in range(300)
    )
    reasons = [c.reason for c in version(text).schema.columns]
    overruled = [r for r in reasons if r.startswith("Most columns like this")]
    assert overruled
    assert all(r.startswith("Most columns like this hold ") for r in overruled)
    assert "have the type" not in " ".join(reasons)


def test_a_reason_that_is_cut_before_its_values_ends_with_a_sentence():
    reason = "Most columns like this hold categories. Three facts decided: its name 'x' has no …"
    assert _without_values(reason) == (
        "Most columns like this hold categories. Values are not shown, because they may be"
        " personal data."
    )


def test_a_form_says_what_its_characters_stand_for(version):
    text = "boat,zzq\n" + "".join(f"{i % 9},{'ab'[i % 2]}\n" for i in range(300))
    reasons = " ".join(c.reason for c in version(text).schema.columns)
    assert "the form 9 (9: a digit)" in reasons
