"""Advice in the line: laid over documents where it is good, never in the way where it is not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeweave_dagster.adapters.state import Entry, Head
from pipeweave_dagster.core.advice.privacy import coarse
from pipeweave_dagster.core.documents import EdaReport, Findings, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.pipelines import validate
from pipeweave_dagster.core.pipelines.derived_features import derived_in
from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.defs.eda.assets import eda_report
from pipeweave_dagster.defs.pipelines.assets import pipeline
from pipeweave_dagster.defs.schemas.assets import schema_deduction
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.advice_records import records, save_record
from pipeweave_dagster.services.advice_replay import preview, replay
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.core.training.test_proposal_test import table as ratios
from pipeweave_dagster_tests.defs.conftest import context_for, only
from pipeweave_dagster_tests.servers import gemini
from pipeweave_dagster_tests.servers.gemini import StandIn

pytestmark = pytest.mark.slow

KEY = "AIza-" + "k" * 34
NAME = "students"
Make = Callable[..., Workbench]


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with gemini.stand_in() as found:
        yield found


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, server: StandIn) -> Iterator[Make]:
    """Workbenches on one storage, with other settings each; their workers are shared."""
    home = tmp_path_factory.mktemp("advised")
    made: list[Workbench] = []

    def bench(**settings: Any) -> Workbench:
        given = {"advisor": "gemini", "google_api_key": KEY, "advisor_endpoint": server.endpoint}
        found = Workbench(
            Settings(home=home, storage=str(home / "storage"), **{**given, **settings})
        )
        if made:
            found._data, found._model = made[0]._data, made[0]._model
            found._gemini._worker = made[0]._gemini._worker
        made.append(found)
        return found

    yield bench
    for workbench in made:
        workbench.close()


def inputs(bench: Workbench, name: str = NAME) -> dict[str, Any]:
    """What the advised assets read, made once and then reused."""
    file = Path(__file__).parents[2] / "examples" / "student_math.csv"
    bench.store.storage.put(f"uploads/{name}/data.csv", file.read_bytes())
    run = {"context": context_for(name), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(target="G3", time_budget_s=60), **run).value
    return {"raw_upload": raw, "dataset": dataset(raw_upload=raw, **run).value}


def schema_of(bench: Workbench, name: str = NAME) -> Any:
    run = {"context": context_for(name), "workbench": bench}
    return schema_deduction(**inputs(bench, name), **run)


@pytest.fixture(scope="module")
def by_rules(make: Make) -> dict[str, Any]:
    """The documents of the rules alone."""
    bench = make(advisor="rules")
    run = {"context": context_for(NAME), "workbench": bench}
    read = inputs(bench)
    schema = schema_deduction(**read, **run)
    assert "advice" not in schema.metadata
    read["schema_deduction"] = schema.value
    spec = only(pipeline(**read, findings=Findings(findings=[]), **run))
    return {"schema": schema.value, "report": eda_report(**read, **run).value, "spec": spec.value}


@pytest.mark.parametrize(
    ("settings", "answer", "words"),
    [
        ({"google_api_key": None}, gemini.clever, "GOOGLE_API_KEY is not set"),
        ({"advice_level": "none"}, gemini.clever, "privacy level is none"),
        ({"advice_budget_usd": 0.001}, gemini.clever, "left of the budget"),
        ({"advice_time_limit_s": 4}, gemini.dripping, "did not respond in time"),
        ({"advice_time_limit_s": 4}, gemini.fails(503), "HTTP 503"),
        ({"advice_time_limit_s": 4}, gemini.fails(429, Retry_After="60"), "HTTP 429"),
        ({"advice_time_limit_s": 4}, gemini.reset, "cannot be reached"),
        ({}, gemini.no_json, "not JSON"),
        ({}, gemini.unsafe, "blocked"),
        ({}, gemini.says('{"columns": [', finish=2), "cut off"),
        ({}, gemini.says("import os; os.system('touch /tmp/x')"), "not JSON"),
        ({}, gemini.says('{"columns": [{"id": "c1", "type": "exec"}]}'), "closed list"),
    ],
)
def test_rules_answer_where_the_adviser_does_not(
    make: Make, server: StandIn, by_rules: dict[str, Any], settings, answer, words: str
) -> None:
    server.expect(answer)
    bench = make(**settings)
    if settings.get("advice_time_limit_s"):
        bench._gemini.start()  # its imports are no part of the time that is tested
        bench._gemini._worker.call(60, coarse, value=1.0)
    result = schema_of(bench)
    assert result.value.to_json() == by_rules["schema"].to_json()
    assert result.metadata["advice"].startswith("rules used: ")
    assert words in result.metadata["advice"]


def test_types_come_from_the_closed_list_and_the_next_run_is_offline(
    make: Make, server: StandIn, by_rules: dict[str, Any]
) -> None:
    server.expect(gemini.clever)
    bench = make()
    found = schema_of(bench)
    schema: SchemaDeduction = found.value
    changed = [c for c in schema.columns if c.type != by_rules["schema"].column(c.name).type]
    assert changed
    for column in changed:
        before = by_rules["schema"].column(column.name)
        assert before.confidence < 0.7
        assert column.type in before.alternatives
        assert "The adviser gemini-2.5-flash-lite takes its values for" in column.reason
    assert schema.target == by_rules["schema"].target
    assert len(server.calls) == 1  # 33 columns: at most two
    assert found.metadata["advice"] == f"asked about {len(changed)} columns, {len(changed)} changed"
    server.expect(gemini.fails(500))
    again = schema_of(make())
    assert "reused" in again.metadata["result"]
    elsewhere = schema_of(make(), "copied")
    assert "rules used" in elsewhere.metadata["advice"]  # another data set has records of its own
    (record,) = records(bench.store, NAME)
    replayed = make()
    for item in list(replayed.store.storage.list(f"datasets/{NAME}/results/")):
        replayed.store.storage.delete(item.key)
    server.expect(gemini.fails(500))
    once_more = schema_of(replayed)
    assert once_more.value.to_json() == schema.to_json()
    assert not server.calls
    assert schema.advice is not None
    assert schema.advice.records == [record.key]


def test_the_report_gets_sentences_whose_figures_were_checked(
    make: Make, server: StandIn, by_rules: dict[str, Any]
) -> None:
    server.expect(gemini.clever)
    bench = make()
    run = {"context": context_for(NAME), "workbench": bench}
    read = {**inputs(bench), "schema_deduction": by_rules["schema"]}
    found = eda_report(**read, **run)
    report: EdaReport = found.value
    assert len(report.narrative) == 6
    assert not [s for s in report.narrative if "123,456" in s]
    assert found.metadata["advice"] == "6 sentences shown, 1 dropped"
    html = bench.store.storage.get(report.html.key).decode()
    assert "Narrative" in html
    assert "1 unsupported sentence was dropped" in html
    plain = bench.store.storage.get(by_rules["report"].html.key).decode()
    assert "Narrative" not in plain
    assert report.summary is not None
    assert report.summary["narrative"]["sentences"] == report.narrative


def test_no_key_is_in_anything_that_is_kept(make: Make) -> None:
    bench = make()
    for item in bench.store.storage.list(""):
        assert KEY.encode() not in bench.store.storage.get(item.key)


def publish(bench: Workbench, name: str, **documents: Any) -> None:
    """Let HEAD hold these documents, as a whole run leaves it."""
    entries = {
        asset: Entry(document=bench.store.save(d), key="k", run_id="r", made_at=0.0)
        for asset, d in documents.items()
    }
    head = Head(dataset=name, run_id="r", moved_at=0.0, entries=entries)
    bench.store.storage.put(f"datasets/{name}/HEAD.json", head.model_dump_json().encode())


def test_preview_is_what_is_then_sent_and_replay_gives_it_again_offline(
    make: Make, server: StandIn
) -> None:
    name = "whole"
    bench = make(advisor="rules")
    run = {"context": context_for(name), "workbench": bench}
    read = inputs(bench, name)
    none = Findings(findings=[])
    schema = schema_deduction(**read, **run).value
    documents = {**read, "schema_deduction": schema}
    report = eda_report(**documents, **run).value
    spec = only(pipeline(**documents, findings=none, **run)).value
    publish(bench, name, **documents, findings=none, eda_report=report, pipeline=spec)
    seen = preview(make(), name)
    assert [r.adviser for r in seen] == ["schema", "narrative", "architect"]
    assert not preview(make(advice_level="none"), name)

    server.expect(gemini.clever)
    bench = make()
    run = {"context": context_for(name), "workbench": bench}
    advised = {"eda_report": eda_report(**documents, **run).value}
    advised["schema_deduction"] = schema_deduction(**read, **run).value
    sent = {c.adviser: c for c in server.calls}
    server.expect(gemini.says("{}"))
    refused = only(pipeline(**documents, findings=none, **run))
    assert refused.value == spec
    assert "does not have the requested structure" in refused.metadata["advice"]
    sent["architect"] = server.calls[-1]
    for request in seen:
        body = sent[request.adviser].body
        assert body["contents"][0]["parts"][0]["text"] == request.facts
        assert body["systemInstruction"]["parts"][0]["text"] == request.instruction

    publish(bench, name, **read, **advised, findings=none)
    server.expect(gemini.fails(500))
    found = replay(make(advisor="rules", google_api_key=None), name)
    assert [(r.adviser, r.same) for r in found] == [("schema", True), ("narrative", True)]
    assert not server.calls
    (record,) = [r for r in records(bench.store, name) if r.request.adviser == "schema"]
    other = record.reply.model_copy(update={"text": '{"columns": []}'})
    save_record(bench.store, name, record.model_copy(update={"reply": other}))
    assert [r.same for r in replay(make(), name)] == [False, True]


def test_a_plan_that_helps_is_kept_and_replayed_offline_with_an_equal_hash(
    make: Make, server: StandIn
) -> None:
    rows = ratios(300, seed=3).to_csv(index=False).encode()

    def planned(bench: Workbench, name: str) -> Any:
        bench.store.storage.put(f"uploads/{name}/data.csv", rows)
        run = {"context": context_for(name), "workbench": bench}
        raw = raw_upload(config=LaunchConfig(target="y", time_budget_s=100), **run).value
        read = {"raw_upload": raw, "dataset": dataset(raw_upload=raw, **run).value}
        rules = make(advisor="rules")
        read["schema_deduction"] = schema_deduction(**read, **{**run, "workbench": rules}).value
        return only(pipeline(**read, findings=Findings(findings=[]), **run))

    server.expect(plan_with("ratio", "mass", "height"))
    bench = make()
    spec: PipelineSpec = planned(bench, "online").value
    assert spec.source == "advisor"
    assert [f.name for f in derived_in(spec)] == ["ratio(mass, height)"]
    assert spec.advice is not None
    assert "loss per row lower by" in spec.advice.kept[0]
    assert not validate(spec)
    (record,) = records(bench.store, "online")
    server.expect(gemini.fails(500))
    elsewhere = make()
    save_record(elsewhere.store, "offline", record)
    assert planned(elsewhere, "offline").value.sha256 == spec.sha256
    assert not server.calls

    server.expect(plan_with("product", "junk", "mass"))
    useless = planned(make(advice_level="names"), "online")
    assert "1 features and 0 other steps proposed, none kept" in useless.metadata["advice"]
    assert useless.value == planned(make(advisor="rules"), "online").value


def plan_with(operator: str, *names: str) -> gemini.Answer:
    """The present steps, and one new feature."""

    def answer(call: gemini.Call) -> None:
        ids = {c["name"]: c["id"] for c in call.facts["columns"]}
        steps: dict[str, list[str]] = {}
        for column in call.facts["columns"]:
            steps.setdefault(column["step"], []).append(column["id"])
        shown = [{"use": use, "columns": listed} for use, listed in steps.items()]
        idea = {"operator": operator, "columns": [ids[name] for name in names]}
        gemini.says(json.dumps({"steps": shown, "features": [idea]}))(call)

    return answer
