"""200 recorded replies of the architect, 50 of them hostile or garbled: none accepted wrongly."""

import builtins
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pipeweave_dagster.core.advice.pipeline_adviser import Proposal, read_proposal
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.pipelines.catalogue import CATALOGUE
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.derived_features import derived_in, uses_of, with_derived
from pipeweave_dagster.core.pipelines.operators import OPERATORS
from pipeweave_dagster.core.pipelines.regroup import regrouped
from pipeweave_dagster_tests.factories import adviser_case, adviser_replies

RECORDED = Path(__file__).with_name("proposals.jsonl")
REPLIES = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
SCHEMA, SPEC, COLUMNS = adviser_case()


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever executes a reply fails here."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a reply was executed")

    for owner, name in ((builtins, "eval"), (os, "system"), (os, "popen"), (subprocess, "Popen")):
        monkeypatch.setattr(owner, name, refuse)


def read(text: str) -> Proposal | None:
    try:
        return read_proposal(text, SPEC, SCHEMA, COLUMNS)
    except RefusedReplyError:
        return None


def test_the_corpus_is_what_it_says() -> None:
    kinds = Counter("hostile" if r["id"].startswith("hostile") else r["accept"] for r in REPLIES)
    assert kinds == {True: 100, False: 50, "hostile": 50}
    assert [r for r in REPLIES if not r["id"].startswith("hostile")] == adviser_replies()


@pytest.mark.parametrize("reply", REPLIES, ids=[r["id"] for r in REPLIES])
def test_a_reply_is_accepted_only_if_it_is_a_valid_plan(reply: dict[str, Any]) -> None:
    proposal = read(reply["text"])
    assert (proposal is not None) == reply["accept"]
    if proposal is None:
        return
    made = with_derived(regrouped(SPEC, SCHEMA, proposal.uses), proposal.ideas)
    assert not validate(made, COLUMNS)
    assert made.features == SPEC.features
    assert made.target == SPEC.target
    assert {s.use for s in made.steps} <= set(CATALOGUE)
    assert set(uses_of(made)) == set(SPEC.features)
    assert all(f.operator in OPERATORS for f in derived_in(made))
    touched = {c for f in derived_in(made) for c in f.columns} | set(proposal.uses)
    assert not touched & {"y", "mail"}
    kept = [(s.use, s.params) for s in made.steps if s.kind in ("train", "predict")]
    assert kept == [(s.use, s.params) for s in SPEC.steps if s.kind in ("train", "predict")]
