"""Adviser on the report: a narrative whose sentences are shown only if facts support them."""

from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.reply import Reply, read_reply
from pipeweave_dagster.core.advice.report_facts import Fact, report_facts
from pipeweave_dagster.core.advice.request import TEXT, RequestOptions, array, make_request, record
from pipeweave_dagster.core.advice.sentence import refusal_reason
from pipeweave_dagster.core.documents.advice import AdviceRequest

_MOST_SENTENCES = 8


class _Sentence(Reply):
    text: str
    facts: list[str]


class _Narrative(Reply):
    sentences: list[_Sentence]


class Narrative(NamedTuple):
    """Sentences that may be shown, and a reason per dropped one (without its text)."""

    kept: list[str]
    dropped: list[str]


def narrative_request(summary: dict[str, Any], options: RequestOptions) -> AdviceRequest:
    """Return the request for a narrative of a report; needs the level `statistics`."""
    facts = {"facts": [fact.entry() for fact in report_facts(summary)]}
    shape = record(sentences=array(record(text=TEXT, facts=array(TEXT))))
    return make_request("narrative", options, facts, shape)


def read_narrative(text: str, summary: dict[str, Any]) -> Narrative:
    """Check a reply against the report, sentence by sentence.

    Raises:
        RefusedReplyError: The reply does not have the requested structure.
    """
    known = {fact.id: fact for fact in report_facts(summary)}
    kept: list[str] = []
    dropped: list[str] = []
    for number, sentence in enumerate(read_reply(text, _Narrative).sentences, 1):
        reason = _reason(sentence, known)
        if reason is None and len(kept) < _MOST_SENTENCES and sentence.text.strip() not in kept:
            kept.append(sentence.text.strip())
        else:
            dropped.append(f"sentence {number} {reason or 'exceeds the limit'}")
    return Narrative(kept, dropped[:50])


def _reason(sentence: _Sentence, known: dict[str, Fact]) -> str | None:
    if not sentence.facts or len(set(sentence.facts)) < len(sentence.facts):
        return "cites no fact or cites one twice"
    if any(fact not in known for fact in sentence.facts):
        return "cites a fact that does not exist"
    return refusal_reason(sentence.text, [known[fact] for fact in sentence.facts])
