"""`pipeweave.yaml` as people and strangers write it."""

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import parse_settings

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
overrides: [{finding: PW204, column: bar_passed, reason: "known before the exam"}]
"""


def test_every_key_of_the_contract_is_read() -> None:
    settings = parse_settings(WHOLE)
    assert settings.target == "churn"
    assert settings.columns["notes"].drop
    assert settings.columns["signup"].known_at == "2024-01-01"
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
