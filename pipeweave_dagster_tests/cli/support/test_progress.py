"""What a run shows while it goes on: lines anywhere, and in a terminal a line that moves."""

import io
import json

import dagster as dg
import pytest
from rich.console import Console

from pipeweave_dagster.cli.support.moving_line import MovingLine
from pipeweave_dagster.cli.support.progress import Progress
from pipeweave_dagster.services.live_trials import LiveSearch, TrainingFacts


@pytest.fixture(scope="module")
def events():
    """The event log of a real run of an asset with the name of the trained model."""

    @dg.asset
    def model(context: dg.AssetExecutionContext) -> int:
        context.log.info("trial 1 [bold]linear")
        return 1

    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([model], instance=instance)
        return [
            record.event_log_entry for record in instance.get_records_for_run(run.run_id).records
        ]


@pytest.fixture
def facts(tmp_path):
    log = tmp_path / "trials.jsonl"
    folds = [("svm", 0.8), ("linear", 0.4), ("svm", 0.6), ("linear", 0.9)]
    lines = [
        json.dumps({"name": name, "fold": at // 2, "score": s, "seconds": 1})
        for at, (name, s) in enumerate(folds)
    ]
    log.write_text("\n".join([*lines, '{"name": "half']))
    return TrainingFacts(20.0, LiveSearch("roc_auc", [tmp_path / "missing", log]))


def printed(events, facts, show, *, terminal):
    out = io.StringIO()
    console = Console(file=out, width=120, force_terminal=terminal, highlight=False)
    progress = Progress(show, lambda: facts, console)
    for event in events:
        progress(event)
    progress.close()
    return out.getvalue()


def drawn(line, width=120):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(line)
    return console.file.getvalue()


def test_a_terminal_shows_stage_time_and_best_score(events, facts):
    text = printed(events, facts, "movement", terminal=True)
    assert "Training" in text
    assert "(budget 20 s)" in text
    assert "best roc_auc 0.7 (svm), 2 candidates" in text


@pytest.mark.parametrize(
    ("show", "terminal"), [("movement", False), ("lines", False), ("lines", True)]
)
def test_pipes_and_no_progress_have_plain_lines_alone(events, facts, show, terminal):
    text = printed(events, facts, show, terminal=terminal)
    assert "trial 1 [bold]linear" in text
    assert "Training" in text
    assert "budget" not in text
    assert "best" not in text
    assert ("\r" in text, "\x1b[2K" in text) == (False, False)


def test_with_json_nothing_is_shown(events, facts):
    assert not printed(events, facts, "nothing", terminal=True)


def test_time_and_search_move_on(facts):
    now = [0.0]
    line = MovingLine(lambda: now[0])
    line.begin("Reading", None)
    assert "Reading 0 s" in drawn(line)
    now[0] = 12.0
    line.begin("Training", facts)
    assert "12 s (budget 20 s) best roc_auc 0.7 (svm)" in drawn(line)
    with facts.search.files[1].open("a") as log:
        for fold in range(2):
            log.write(f'\n{{"name": "xgboost", "fold": {fold}, "score": 0.95, "seconds": 2}}')
        log.write("\n")
        log.write('{"extended_to_s": 90, "at": 3}\n')  # of an earlier search
    assert "xgboost" not in drawn(line)  # it is looked at once per second
    now[0] = 31.0
    assert "31 s (budget 20 s) best roc_auc 0.95 (xgboost), 3 candidates" in drawn(line)
    with facts.search.files[1].open("a") as log:
        log.write('{"extended_to_s": 40.0, "at": 20}\n{"extended_to_s": "x"}\n')
    now[0] = 33.0
    assert "33 s (budget 20 s, extended to 40 s) best roc_auc 0.95 (xgboost)" in drawn(line)


def test_a_narrow_terminal_keeps_one_line(facts):
    line = MovingLine()
    line.begin("Training", facts)
    assert len(drawn(line, width=60).splitlines()) == 1
