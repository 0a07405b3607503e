"""An answer is added to `pipeweave.yaml` as its author would add it."""

import pytest
import yaml

from pipeweave_dagster.core.landing import parse_settings
from pipeweave_dagster.core.landing.yaml_edits import edited

THEIRS = b"""# the bank's churn, asked by Eva
target: churn   # not "left"
positive: "yes"
mode: replace   # the default, on purpose

columns:
    zip: {type: categorical}
    "signup":
        known_at: 2024-01-01  # from the contract
overrides:
    - finding: PW204
      column: bar
      reason: 'known before'
"""
PATCH = {
    "columns": {"id": {"drop": True}, "yes": {"drop": True}, "a: b #c": {"drop": True}},
    "overrides": [{"finding": "PW205", "column": "b", "reason": "yes", "at": "2026-01-01"}],
    "weight": "1",
}


def test_every_line_of_the_author_stays() -> None:
    """The file was written anew, without comments and without what equals a default."""
    patch = {**PATCH, "overrides": [{**PATCH["overrides"][0], "reason": "asked"}]}  # type: ignore[dict-item]
    made = edited(THEIRS, patch)
    assert made is not None
    lines = made.decode().splitlines()
    assert [line for line in lines if line in THEIRS.decode().splitlines()] == (
        THEIRS.decode().splitlines()
    )
    assert "    id:" in lines
    assert parse_settings(made).overrides[1].column == "b"


def test_a_list_that_is_replaced_keeps_its_place_and_the_comments_around_it() -> None:
    data = b"# mine\nsensitive: [sex, age]  # by law\ntarget: y  # last\n"
    new = edited(data, {"sensitive": ["age"], "metric": "roc_auc"}, ("sensitive",))
    assert new is not None
    assert parse_settings(new).sensitive == ["age"]
    text = new.decode()
    assert text.startswith("# mine\nsensitive:")
    assert text.endswith("target: y  # last\nmetric: roc_auc\n")


def test_texts_that_look_like_something_else_stay_texts() -> None:
    made = edited(THEIRS, {"columns": PATCH["columns"], "weight": "1"})
    assert made is not None
    content = yaml.safe_load(made)
    assert content["weight"] == "1"
    assert {"yes", "a: b #c"} <= content["columns"].keys()


@pytest.mark.parametrize(
    ("data", "made"),
    [
        (b"", b"target: x\n"),
        (b"# mine", b"# mine\ntarget: x\n"),
        (b"metric: auc # why\n", None),
        (b"\xff", None),
        (b"{}", None),
    ],
)
def test_what_cannot_be_edited_is_left_to_others(data: bytes, made: bytes | None) -> None:
    assert edited(data, {"target": "x"}) == made


@pytest.mark.parametrize("word", ["on", "no", "yes", "off", "2020", "007", "1.0"])
def test_words_of_the_file_stay_as_they_are_written(word):
    data = f"target: {word}  # as in the file\nsensitive: [{word}]\n".encode()
    patch = {"sensitive": [word, "age"], "columns": {"no": {"missing": ["no", "NULL"]}}}
    new = edited(data, patch)
    assert new is not None
    assert new.startswith(f"target: {word}  # as in the file\nsensitive: [{word}, age]\n".encode())
    settings = parse_settings(new)
    assert settings.sensitive == [word, "age"]
    assert settings.columns["no"].missing == ["no", "NULL"]
