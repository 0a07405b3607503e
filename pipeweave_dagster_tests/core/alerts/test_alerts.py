"""Which problems are reported, to whom, in which messages."""

from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.alerts import (
    AlertState,
    Links,
    Observation,
    compose,
    enqueue,
    is_muted,
    news,
)

LINKS = Links("http://web", "http://dagster")
DAY = 86_400.0
observations = st.builds(
    Observation,
    kind=st.sampled_from(["check", "run"]),
    subject=st.sampled_from(["a", "b"]),
    at=st.floats(0, 100),
    dataset=st.sampled_from(["x", "y", ""]),
    ok=st.booleans(),
    severity=st.sampled_from(["error", "warning"]),
    codes=st.lists(st.sampled_from(["PW1", "PW2"]), unique=True),
    columns=st.lists(st.sampled_from(["c", "d"]), unique=True),
)


def check(**facts: object) -> Observation:
    given = {"kind": "check", "subject": "findings:leakage", "at": 1.0, "dataset": "churn"}
    return Observation.model_validate({**given, **facts})


def test_ten_repeats_are_one_and_a_new_code_is_news() -> None:
    problems, new = news({}, [check(codes=["PW201"])] * 10)
    assert len(new) == 1
    assert next(iter(problems.values())).times == 10
    _, new = news(problems, [check(codes=["PW201", "PW204"]), check(codes=["PW204"])])
    assert [p.codes for p in new] == [["PW201", "PW204"]]


def test_another_column_is_news_while_the_first_one_goes_on() -> None:
    """A column in another unit was no news: one flight out of range was still being reported."""
    problems, new = news({}, [check(columns=["carrier"])] * 3)
    assert len(new) == 1
    problems, new = news(problems, [check(columns=["carrier", "dep_delay"])] * 2)
    assert len(new) == 1
    assert news(problems, [check(columns=["dep_delay"]), check(columns=["carrier"])])[1] == []


def test_columns_of_what_an_earlier_release_has_reported_are_no_news() -> None:
    problems, _ = news({}, [check(codes=["PW1"])])
    problems, new = news(problems, [check(codes=["PW1"], columns=["a"])])
    assert not new
    assert len(news(problems, [check(codes=["PW1"], columns=["b"])])[1]) == 1


def test_after_it_was_well_it_is_news_again() -> None:
    _, new = news({}, [check(), check(ok=True), check()])
    assert len(new) == 2


@given(st.lists(observations, max_size=30), st.integers(0, 30))
def test_it_does_not_matter_where_a_restart_cuts(seen: list[Observation], cut: int) -> None:
    whole, all_news = news({}, seen)
    first, early = news({}, seen[:cut])
    second, late = news(first, seen[cut:])
    assert (second, [*early, *late]) == (whole, all_news)


@given(st.lists(observations.filter(lambda found: not found.ok), max_size=30))
def test_what_goes_on_is_never_reported_again(seen: list[Observation]) -> None:
    known, _ = news({}, seen)
    assert news(known, seen)[1] == []


@given(st.lists(observations, max_size=20), st.none() | st.just("0 8 * * *"))
def test_nothing_is_lost_on_the_way_to_a_recipient(
    new: list[Observation], digest: str | None
) -> None:
    to = {"x": ["ops"], "y": ["ops", "ops"], "": ["ops"]}
    state = enqueue(AlertState(), new, to, now=1000.0, digest=digest)
    later = enqueue(state, [], to, now=1000.0 + DAY, digest=digest)
    delivered = [p for letter in later.queue for p in letter.problems]
    assert sorted(map(repr, delivered)) == sorted(map(repr, new))


def test_one_message_per_recipient_and_tick() -> None:
    new = [check(), check(dataset="sales"), check(dataset="quiet")]
    state = enqueue(AlertState(), new, {"churn": ["ops", "ml"], "sales": ["ops"]}, now=5.0)
    assert {letter.to: len(letter.problems) for letter in state.queue} == {"ops": 2, "ml": 1}


def test_warnings_wait_for_the_digest_and_errors_do_not() -> None:
    to, cron = {"churn": ["ops"]}, "0 8 * * *"
    new = [check(severity="warning", subject="findings:rows"), check()]
    state = enqueue(AlertState(), new, to, now=1000.0, digest=cron)
    assert [[p.severity for p in letter.problems] for letter in state.queue] == [["error"]]
    again = enqueue(state, [check(severity="warning")], to, now=2000.0, digest=cron)
    assert len(again.queue) == 1
    morning = enqueue(again, [], to, now=8 * 3600.0, digest=cron)
    assert len(morning.queue[-1].problems) == 2
    assert enqueue(morning, [], to, now=9 * 3600.0, digest=cron).queue == morning.queue


def test_what_is_muted() -> None:
    found = check(codes=["PW201", "PW204"])
    assert not is_muted(found, ["PW201"])
    for mute in (["pw204", "PW201"], ["leakage"], ["findings:leakage"], ["check"], ["all"]):
        assert is_muted(found, mute)
    assert not is_muted(check(), []), "a check without codes is muted by its name only"


def test_a_message_names_what_and_where_and_shows_no_hostile_text() -> None:
    text = "PW204: column \u202e<script>\x1b[31m\n\nSubject: x " + "long " * 999
    found = [
        check(text=text, run_id="r1"),
        Observation(
            kind="run",
            subject="process_dataset",
            at=1,
            dataset="churn",
            codes=["PW204"],
            run_id="r1",
        ),
    ]
    title, body = compose(found, LINKS)
    assert title == "PipeWeave: churn: refused (PW204)"
    several = [check(), check(subject="findings:rows")]
    assert compose(several, LINKS)[0] == "PipeWeave: churn: 2 problems (leakage, rows)"
    assert "http://dagster/runs/r1" in body
    assert body.count("http://dagster/runs/r1") == 1
    assert "http://web/datasets/churn" in body
    assert "refused (PW204)" in body
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert len(body) < 2000


def test_a_code_that_the_text_names_is_not_said_twice():
    refused = {"kind": "run", "subject": "process_dataset", "at": 1, "dataset": "churn"}
    named = Observation(**refused, codes=["PW204"], text="PW204: `paid` is the target.")
    title, body = compose([named], LINKS)
    assert title == "PipeWeave: churn: refused (PW204)"
    assert "- ERROR refused: PW204: `paid` is the target." in body
