"""The schema's adviser chooses out of each column's own list, or nothing is taken of its reply."""

import json
import random

import pytest

from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.advice.request import RequestOptions
from pipeweave_dagster.core.advice.schema_adviser import (
    CUT,
    batches,
    candidates,
    read_types,
    types_request,
    uncertain_columns,
    with_types,
)
from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction, TargetDeduction
from pipeweave_dagster.core.documents.advice import AdviceNote

OPTIONS = RequestOptions("gemini-2.5-flash-lite", "statistics")
NOTE = AdviceNote(
    adviser="schema", model="m", prompt="schema-1", level="names", records=["k"],
    tokens_in=1, tokens_out=1, cost_usd=0.0,
)  # fmt: skip


def column(name: str, confidence: float, **more: object) -> ColumnDeduction:
    given = {"type": "numeric", "alternatives": {"categorical": 0.3, "identifier": 0.1}, **more}
    return ColumnDeduction(
        name=name, storage="integer", role=given.pop("role", "feature"), confidence=confidence,
        reason="By rule.", distinct=9, missing=0, **given,
    )  # fmt: skip


def schema(*columns: ColumnDeduction) -> SchemaDeduction:
    target = TargetDeduction(name="y", task="binary", confidence=1.0, source="settings", reason="")
    return SchemaDeduction(columns=list(columns), target=target)


def test_only_doubtful_features_are_asked_about_thirty_a_call() -> None:
    many = [column(f"v{i}", 0.5) for i in range(61)]
    sure = column("sure", CUT)
    others = [
        column("said", 0.2, overridden=True), column("y", 0.2, role="target"),
        column("dropped", 0.2, role="dropped"), column("alone", 0.2, alternatives={}),
        column("phone_number", 0.2), column("secret", 0.2, pii="ssn"),
    ]  # fmt: skip
    found = schema(*many, sure, *others)
    assert uncertain_columns(found) == many
    assert [len(b) for b in batches(found)] == [30, 30, 1]
    facts = json.loads(types_request(found, batches(found)[0], 100, {}, OPTIONS).facts)
    assert len(facts["ask"]) == 30
    later = {f"v{i}" for i in range(30, 61)}
    assert {o["name"] for o in facts["others"]} == later | {"sure", "said", "y", "alone"}
    assert not [name for name in ("phone_number", "secret") if name in json.dumps(facts)]


BATCH = [column("a", 0.5), column("b", 0.4), column("c", 0.6)]


@pytest.mark.parametrize(
    "reply",
    [
        {"columns": [{"id": "c1", "type": "text"}]},
        {"columns": [{"id": "c1", "type": "Numeric"}]},
        {"columns": [{"id": "c4", "type": "numeric"}]},
        {"columns": [{"id": "a", "type": "numeric"}]},
        {"columns": [{"id": "c1", "type": "numeric"}, {"id": "c1", "type": "categorical"}]},
        {"columns": [{"id": "c1", "type": "numeric", "role": "target"}]},
        {"columns": [{"id": "c1"}]},
        {"columns": {"c1": "numeric"}},
        {"columns": [["c1", "numeric"]]},
        {"columns": [{"id": 1, "type": "numeric"}]},
        {"columns": [{"id": "c1", "type": None}]},
        {"columns": [], "target": "a"},
        {"types": []},
        [],
        "c1: numeric",
    ],
    ids=str,
)
def test_one_wrong_word_refuses_the_whole_reply(reply: object) -> None:
    with pytest.raises(RefusedReplyError):
        read_types(json.dumps(reply), BATCH)


def test_two_hundred_replies_never_leave_the_list() -> None:
    """Random words of a larger list: accepted exactly where each is a candidate of its column."""
    rng = random.Random(5)
    words = ["numeric", "categorical", "identifier", "text", "exec", "numeric "]
    accepted = 0
    for _ in range(200):
        answers = {f"c{i}": rng.choice(words) for i in rng.sample(range(1, 5), rng.randint(0, 4))}
        text = json.dumps({"columns": [{"id": i, "type": t} for i, t in answers.items()]})
        right = "c4" not in answers and set(answers.values()) <= set(candidates(BATCH[0]))
        try:
            found = read_types(text, BATCH)
        except RefusedReplyError:
            assert not right
            continue
        assert right
        accepted += 1
        assert found == {"abc"[int(i[1]) - 1]: t for i, t in answers.items()}
    assert 20 < accepted < 180


def test_what_is_changed_is_said_and_the_rest_is_as_it_was() -> None:
    before = schema(*BATCH, column("y", 0.2, role="target"))
    after = with_types(before, {"a": "categorical", "b": "numeric", "c": "identifier"}, NOTE)
    a, b, c, y = after.columns
    assert (a.type, a.confidence, a.role) == ("categorical", 0.3, "feature")
    assert a.alternatives == {"numeric": 0.5, "identifier": 0.1}
    assert a.reason.endswith("By rule: By rule.")
    assert (b, y) == (before.columns[1], before.columns[3])
    assert (c.type, c.role) == ("identifier", "identifier")
    assert after.target == before.target
    assert after.sha256 != before.sha256
    assert "advice" not in json.loads(before.to_json())
