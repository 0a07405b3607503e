"""`pipeweave.yaml` as people and strangers write it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import parse_settings, settings_from

WHOLE = b"""
target: churn
positive: "yes"
weight: sample_weight
metric: roc_auc
time_budget_s: 120
mode: replace
columns: {zip: {type: categorical}, signup: {known_at: 2024-01-01}, notes: {drop: true}}
id: customer_id
split: {time: signup}
retrain: {cron: "0 3 * * 1", max_age_days: 30}
alerts: {to: [slack], mute: [PW140]}
owner: ada@example.org
overrides: [{finding: PW204, column: bar_passed, reason: "known before the exam"}]
"""


def test_every_key_of_the_contract_is_read() -> None:
    settings = parse_settings(WHOLE)
    assert settings.target == "churn"
    assert settings.columns["notes"].drop
    assert settings.columns["signup"].known_at == "2024-01-01"
    assert settings.owner == "ada@example.org"
    assert settings.split.time == "signup"
    assert settings.overrides[0].finding == "PW204"


@pytest.mark.parametrize("data", [b"", b"# only a comment\n", b"{}"])
def test_all_keys_are_optional(data: bytes) -> None:
    assert parse_settings(data) == parse_settings(b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"targte: a", "Did you mean 'target'"),
        (b"columns: {a: {typ: text}}", "Did you mean 'type'"),
        (b"retrain: {max_age: 3}", "Did you mean 'max_age_days'"),
        (b"zzz: 1", "Valid keys: target"),
        (b"time_budget_s: -1", "time_budget_s"),
        (b"metric: best", "metric"),
        (b"owner: ../Ada", "'owner': a name has lower-case letters"),
        (b"owner: ''", "'owner': a name has lower-case letters"),
        (b"overrides: [{finding: PW204}]", "reason"),
        (b"- a\n- b", "keys to values"),
        (b"target: [unclosed", "line"),
        (b"a: &x [1]\nb: *x", "not valid YAML"),
        (b"target: !!python/object/apply:os.system ['true']", "not valid YAML"),
        (b"\xff\xfe\xfa", "not valid YAML"),
        pytest.param(b"x: " + b"[" * 200_000, "not valid YAML", id="brackets"),
        pytest.param(b"# " + b"x" * 300_000, "larger than", id="large"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, words: str) -> None:
    with pytest.raises(PipeWeaveError, match=r"pipeweave\.yaml") as caught:
        parse_settings(data)
    assert caught.value.code == "VALIDATION_ERROR"
    assert words in caught.value.text


def test_aliases_that_unfold_to_gigabytes_are_refused_at_once() -> None:
    bomb = b"a0: &a0 [x, x]\n" + b"".join(
        b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 60)
    )
    with pytest.raises(PipeWeaveError, match="not valid YAML"):
        parse_settings(bomb)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "OFF"])
def test_a_word_that_yaml_reads_as_a_boolean_stays_the_word(word: str) -> None:
    data = f"""
target: {word}
positive: {word}
weight: {word}x
sensitive: [{word}, 'no']
id: {word}i
columns: {{{word}: {{missing: [{word}, NULL, 007, 1.0, 2024-01-01], type: text}}}}
split:
  group: {word}g
"""
    settings = parse_settings(data.encode())
    assert (settings.target, settings.positive, settings.weight) == (word, word, f"{word}x")
    assert settings.sensitive == [word, "no"]
    assert settings.columns[word].missing == [word, "NULL", "007", "1.0", "2024-01-01"]
    assert settings.split.group == f"{word}g"


@pytest.mark.parametrize(
    "word",
    [
        "true",
        "false",
        "True",
        "FALSE",
        "null_",
        "1",
        "1.0",
        "010",
        "0x1F",
        "1_000",
        "1:30",
        "1e3",
        ".5",
        "+1",
        "2024-01-01",
    ],
)
def test_a_positive_class_is_the_text_of_the_file(word: str) -> None:
    assert parse_settings(f"positive: {word}".encode()).positive == word


def test_booleans_and_numbers_are_still_read_where_they_are_meant() -> None:
    data = b"columns: {a: {drop: yes, merge_spellings: on}, b: {drop: false}}\ntime_budget_s: 60"
    settings = parse_settings(data)
    assert settings.columns["a"].drop
    assert settings.columns["a"].merge_spellings
    assert not settings.columns["b"].drop
    assert settings.time_budget_s == 60
    assert parse_settings(b"target:\nweight: ~\nid: null").target is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"target: a\nmetric: rmse\ntarget: b", "'target' is set twice, in line 1 and in line 3"),
        (b"columns:\n  a: {drop: true}\n  b: {}\n  a: {}", "in line 2 and in line 4"),
        (b"columns: {no: {}, 'no': {}}", "'no' is set twice"),
        (b"split: {time: a,\n time: b}", "in line 1 and in line 2"),
        (b"pipeline: {steps: {a: 1, a: 2}}", "'a' is set twice"),
    ],
)
def test_a_key_that_is_set_twice_is_refused_with_both_lines(data: bytes, words: str) -> None:
    with pytest.raises(PipeWeaveError) as caught:
        parse_settings(data)
    assert words in caught.value.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"task: binary\ntargte: a", "line 2: unknown key 'targte'. Did you mean 'target'"),
        (b"target: a\nsensitive: sex", "line 2: 'sensitive' must be a list"),
        (b"target: a\nsensitive: sex", "Write [sex]"),
        (b"columns: [a]", "'columns' must be a mapping of keys to values, not a list"),
        (b"columns: {a: categorical}", "'columns.a' must be a mapping"),
        (b"columns:\n  a:\n    drop: maybe", "line 3: 'columns.a.drop' must be true or false"),
        (b"time_budget_s: soon", "'time_budget_s' must be a number, not 'soon'"),
        (b"metric: roc-auc", "Did you mean 'roc_auc'"),
        (b"task: binry", "Did you mean 'binary'"),
        (b"target: [a, b]", "'target' must be a text, not a list"),
        (b"costs: {false_positive: 0}", "predict every row positive"),
        (b"costs: {false_negative: 0}", "predict every row negative"),
        (b"costs: {false_positive: -1}", "costs.false_positive"),
        (b"target: y\nweight: y", "'y' is both the target and 'weight'"),
        (b"target: y\nsplit: {time: y}", "'y' is both the target and 'split.time'"),
        (b"target: y\nid: Y", "both the target and 'id'"),
    ],
)
def test_the_place_and_the_true_reason_are_given(data: bytes, words: str) -> None:
    with pytest.raises(PipeWeaveError) as caught:
        parse_settings(data)
    assert words in caught.value.text


def test_a_boolean_of_another_front_end_is_explained() -> None:
    with pytest.raises(PipeWeaveError, match="put the word in quotes"):
        settings_from({"positive": True}, "the launch configuration")


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[A-Za-z0-9+.][A-Za-z0-9_+.]{0,12}", fullmatch=True))
def test_any_plain_word_is_the_word_of_the_file(word: str) -> None:
    data = f"sensitive: [{word}]\ncolumns: {{{word}: {{missing: [{word}], known_at: {word}}}}}"
    found = parse_settings(data.encode())
    assert found.sensitive == [word]
    assert list(found.columns) == [word]
    assert found.columns[word].missing == [word]
    if word.casefold() != "null":
        assert found.columns[word].known_at == word
        assert parse_settings(f"target: {word}\npositive: {word}".encode()).positive == word
