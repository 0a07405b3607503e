"""200 narratives on ten sets: what is left of true and of false sentences after the check."""

import json
import random
import re
from pathlib import Path
from typing import Any

from advice_parts.asker import asker, settings
from advice_parts.sets import Case
from pipeweave_dagster.core.advice.narrative import narrative_request, read_narrative
from pipeweave_dagster.core.advice.report_facts import Fact, report_facts
from pipeweave_dagster.services.advice_calls import NoAdviceError, request_options
from pipeweave_dagster_tests.core.advice.test_narrative import sentence_for, spoiled

_EACH = 20


def measure(cases: list[Case], scratch: Path) -> None:
    """One line a set: sentences kept, dropped, and figures that no fact supports."""
    given = settings(scratch / "narratives")
    adviser = asker(given)
    print("narratives: set | facts | true kept | false kept | unsupported figures | with key")
    totals = [0, 0, 0, 0]
    for case in cases:
        summary = case.summary(scratch / f"{case.name}-report")
        facts = report_facts(summary)
        counts = [0, 0, 0, 0]
        for seed in range(_EACH):
            counts = [a + b for a, b in zip(counts, _one(seed, facts, summary), strict=True)]
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        kept, true, false, unsupported = counts
        result = "no key"
        if adviser is not None:
            try:
                answer = adviser.reply_to(
                    case.name,
                    narrative_request(summary, request_options(given)),
                    lambda text, s=summary: read_narrative(text, s),
                )
                result = f"{len(answer.value.kept)} kept, {len(answer.value.dropped)} dropped"
            except NoAdviceError as error:
                result = str(error)
        print(f"{case.name} | {len(facts)} | {kept}/{true} | {false} | {unsupported} | {result}")
    kept, true, false, unsupported = totals
    print(f"all {_EACH * len(cases)} | | {kept}/{true} | {false} | {unsupported} |")


def _one(seed: int, facts: list[Fact], summary: dict[str, Any]) -> tuple[int, int, int, int]:
    rng = random.Random(seed)
    true = [sentence_for(f) for f in rng.sample(facts, min(4, len(facts)))]
    false = [s for f in rng.sample(facts, 2) for s in spoiled(rng, f, facts)]
    false = [s for s in false if s["text"] not in {t["text"] for t in true}]
    mixed = [*true, *rng.sample(false, 12)]
    rng.shuffle(mixed)
    kept = read_narrative(json.dumps({"sentences": mixed}), summary).kept
    right = {t["text"] for t in true}
    shown = {figure for f in facts for figure in re.findall(r"\d[\d.,e+-]*\d|\d", f.shown)}
    figures = [
        figure
        for sentence in kept
        for figure in re.findall(r"\d[\d.,e+-]*\d|\d", "".join(sentence.split("`")[0::2]))
    ]
    unsupported = sum(figure not in shown for figure in figures)
    return sum(s in right for s in kept), len(true), sum(s not in right for s in kept), unsupported
