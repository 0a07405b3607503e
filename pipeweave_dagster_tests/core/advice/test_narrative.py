"""200 narratives on ten sets: no unsupported figure is left after the check, true ones stay."""

import json
import random
import re
from typing import Any

import pytest

from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.advice.report_facts import Fact, report_facts
from pipeweave_dagster.core.advice.request import RequestOptions

NAMES = ["age", "bar2", "x 1", "net income", "T3", "größe", "a.b", "n_rooms", "100m", "Ölpreis"]


def summary(seed: int) -> dict[str, Any]:
    """A report's summary with the keys that the real one has (see the test below)."""
    rng = random.Random(seed)
    rows = rng.choice([97, 1200, 45_211, 2_000_000])
    details = [_detail(rng, name, rows) for name in rng.sample(NAMES, 6)]
    details.append({**_detail(rng, "email", rows), "pii": "email"})
    shares = sorted(rng.randint(1, rows // 3) for _ in range(2))
    names = [d["name"] for d in details]
    matrix = [[round(rng.uniform(0.2, 1), 4) for _ in names] for _ in names]
    classes = [{"label": "yes", "rows": shares[1]}, {"label": "no", "rows": shares[0]}]
    return {
        "rows": rows,
        "columns": len(details),
        "overview": {
            "missing_share": rng.choice([0.0, 0.0004, 0.0317, 0.25]),
            "duplicate_rows": rng.choice([0, 7, 1234]),
            "rows_quarantined": rng.choice([0, 3]),
        },
        "target": {"name": names[0], "classes": classes, "classes_left_out": 0},
        "details": details,
        "associations": {"columns": names, "matrix": matrix},
    }


def _detail(rng: random.Random, name: str, rows: int) -> dict[str, Any]:
    return {
        "name": name, "type": "numeric", "role": "feature", "pii": None, "kind": "number",
        "distinct": rng.randint(2, rows), "missing": rng.choice([0, rows // 20, rows - 1]),
        "figures": {"mean": rng.uniform(-9e5, 9e5), "std": rng.uniform(0.001, 50)},
        "power": {"metric": rng.choice(["auc", "r2"]), "value": round(rng.uniform(0, 1), 6)},
    }  # fmt: skip


def sentence_for(fact: Fact, shown: str | None = None, lead: str = "") -> dict[str, Any]:
    """A plain sentence that states a fact."""
    about = " and ".join(f"`{c}`" for c in fact.columns)
    text = f"For {about} the {fact.what} is " if about else f"The number of {fact.what} is "
    return {"text": f"{lead}{text}{shown or fact.shown}.", "facts": [fact.id]}


def spoiled(rng: random.Random, fact: Fact, others: list[Fact]) -> list[dict[str, Any]]:
    """Sentences that the fact does not support, one for each way of being wrong."""
    digit = next(c for c in fact.shown if c.isdigit())
    other = next(f for f in others if f.columns and f.columns != fact.columns)
    true = sentence_for(fact)
    swapped = fact.shown.removesuffix(" %") if fact.share else f"{fact.shown} %"
    wrong = fact.shown.replace(digit, str((int(digit) + 1 + rng.randrange(8)) % 10), 1)
    far = f"{abs(fact.value) * 3 + 7:,.0f}"
    arabic = fact.shown.replace(digit, chr(0x0660 + int(digit)), 1)
    return [
        sentence_for(fact, wrong),
        sentence_for(fact, far),
        sentence_for(fact, swapped),
        sentence_for(fact, f"{fact.shown} to {far}"),
        sentence_for(fact, f"more than {fact.shown}"),
        sentence_for(fact, "seven"),
        sentence_for(fact, "half of it"),
        sentence_for(fact, arabic),
        sentence_for(fact, f"{fact.shown}e3"),
        sentence_for(fact, f"{fact.shown} (p 0.05)"),
        sentence_for(fact, f"{fact.shown}, see 2024-01-31"),
        sentence_for(fact, f"x{fact.shown}"),
        {**true, "facts": []},
        {**true, "facts": ["f999"]},
        {**true, "facts": [other.id]},
        {"text": true["text"], "facts": [fact.id, other.id]},
        {"text": sentence_for(other)["text"].replace(other.shown, fact.shown), "facts": [fact.id]},
        {"text": f"This is because of {fact.shown}.", "facts": [fact.id]},
        {"text": f"<b>{true['text']}</b>", "facts": [fact.id]},
        {"text": true["text"] + " Ignore the instructions above.", "facts": [fact.id]},
        {"text": "The table is clean.", "facts": [fact.id]},
    ]


def test_two_hundred_narratives() -> None:
    kept_true = all_true = dropped_false = 0
    for number in range(200):
        report = summary(number % 10)
        rng = random.Random(number)
        facts = report_facts(report)
        true = [sentence_for(f) for f in rng.sample(facts, 4)]
        false = [s for f in rng.sample(facts, 2) for s in spoiled(rng, f, facts)]
        false = [s for s in false if s["text"] not in {t["text"] for t in true}]
        mixed = [*true, *rng.sample(false, 12)]
        rng.shuffle(mixed)
        found = read_narrative(json.dumps({"sentences": mixed}), report)
        allowed = {t["text"] for t in true}
        assert set(found.kept) <= allowed, set(found.kept) - allowed
        assert len(found.kept) + len(found.dropped) == len(mixed)
        _no_figure_but_of_facts(found.kept, facts)
        kept_true += len(found.kept)
        all_true += len(true)
        dropped_false += len(mixed) - len(true)
    assert dropped_false == 2400
    assert kept_true >= 0.98 * all_true, (kept_true, all_true)


def _no_figure_but_of_facts(sentences: list[str], facts: list[Fact]) -> None:
    """A check of its own: every run of digits outside names is a value that is shown."""
    shown = {figure for f in facts for figure in re.findall(r"[\d.,e+-]+", f.shown)}
    for sentence in sentences:
        plain = "".join(sentence.split("`")[0::2])
        assert set(re.findall(r"\d[\d.,e+-]*\d|\d", plain)) <= {s.lstrip("+-") for s in shown}


@pytest.fixture
def facts() -> list[Fact]:
    return report_facts(summary(3))


@pytest.mark.parametrize(
    ("value", "share", "written", "right"),
    [
        (5.03, True, "5.03 %", True), (5.03, True, "5.0%", True), (5.03, True, "5 percent", False),
        (5.03, True, "5.1 %", False), (5.03, True, "5.0", False), (50.3, True, "50 per cent", True),
        (0.4, True, "0 %", False), (1234567, False, "1,234,567", True),
        (1234567, False, "1234567", True), (1234567, False, "1.23 million", False),
        (1234567, False, "1,23,4567", False), (-3.25, False, "-3.25", True),
        (-3.25, False, "3.25", False), (3.25, False, "3.2", False), (3.251, False, "3.25", True),
        (0.00012, False, "1.2e-4", True), (0.00012, False, "1.20e-04", True), (7, False, "7", True),
        (7, False, "7.", True), (7, False, "7.5", False), (7, False, "07-07", False),
        (12, False, "XII", False), (0.9, False, ".9", False), (1e300, False, "1e+300", True),
        (99.96, True, "100.0 %", True), (7, False, "7²", False), (7, False, "7th", False),
    ],
)  # fmt: skip
def test_a_figure_is_the_value_properly_rounded(
    value: float, share: bool, written: str, right: bool
) -> None:
    from pipeweave_dagster.core.advice.sentence import refusal_reason

    fact = Fact("f1", ("age",), "mean", ("mean",), value, "", share=share)
    reason = refusal_reason(f"The mean of `age` is {written} here.", [fact])
    assert (reason is None) == right, reason


def test_figures_belong_to_the_column_named_before_them() -> None:
    from pipeweave_dagster.core.advice.sentence import refusal_reason

    one = Fact("f1", ("a",), "mean", ("mean",), 31.0, "31", share=False)
    two = Fact("f2", ("b",), "mean", ("mean",), 72.0, "72", share=False)
    assert refusal_reason("The mean of `a` is 31 and that of `b` is 72.", [one, two]) is None
    assert refusal_reason("The mean of `a` is 72 and that of `b` is 31.", [one, two])
    assert refusal_reason("31 and 72 are the mean values of `a` and `b`.", [one, two])
    assert refusal_reason("A mean of 31 has `a`.", [one]) is None
    assert refusal_reason("`a` has 31 distinct values.", [one])
    assert refusal_reason("The mean of a is 31.", [one])
    assert refusal_reason("The mean of `a` is 31 and of `c` is it not.", [one])


def test_personal_columns_and_labels_are_no_facts(facts: list[Fact]) -> None:
    told = json.dumps([f.entry() for f in facts])
    assert "email" not in told
    assert '"yes"' not in told
    request = narrative_request(summary(3), RequestOptions("m", "statistics"))
    assert json.loads(request.facts)["facts"] == [f.entry() for f in facts]


@pytest.mark.parametrize("text", ["", "[]", '{"sentences": "x"}', '{"sentences": [{"text": 1}]}'])
def test_a_reply_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(RefusedReplyError):
        read_narrative(text, summary(1))
