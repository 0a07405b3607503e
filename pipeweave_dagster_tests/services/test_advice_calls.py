"""One run's limits of money and time, and records that answer in place of the service."""

import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini import ask_gemini
from pipeweave_dagster.adapters.gemini.ask import Package
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.advice.advisor import Advisor, advice_unavailable
from pipeweave_dagster.core.advice.call_cost import most_usd
from pipeweave_dagster.core.advice.reply import RefusedReplyError
from pipeweave_dagster.core.advice.request import RequestOptions, make_request, request_key
from pipeweave_dagster.core.documents.advice import AdviceRecord, AdviceReply, AdviceRequest
from pipeweave_dagster.services.advice_calls import AdvisorSession, NoAdviceError
from pipeweave_dagster.services.advice_records import load_record, records
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers import gemini

FLASH = "gemini-2.5-flash-lite"


class Scripted:
    """An adviser that says the same for ever, or fails; it counts."""

    def __init__(self, text: str | None = "fine", seconds: float = 0.0) -> None:
        self.text, self.seconds, self.asked = text, seconds, 0

    def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
        self.asked += 1
        time.sleep(self.seconds)
        if self.text is None:
            raise advice_unavailable("the service failed (HTTP 500)")
        return AdviceReply(text=self.text, tokens_in=400, tokens_out=8000)


def request(number: int, model: str = FLASH) -> AdviceRequest:
    return make_request("schema", RequestOptions(model, "names"), {"number": number}, {})


def fine(text: str) -> str:
    if text != "fine":
        raise RefusedReplyError("the reply is not fine")
    return text


def adviser(home: Path, advisor: Advisor, **limits: float) -> tuple[AdvisorSession, DocumentStore]:
    settings = Settings(home=home, storage=str(home / "storage"), **limits)
    store = DocumentStore(open_storage(settings), settings.cache_folder)
    return AdvisorSession(store, settings, advisor), store


def test_a_budget_of_one_cent_stops_a_dear_model_before_the_call(home: Path) -> None:
    said = Scripted()
    one, _ = adviser(home, said, advice_budget_usd=0.01)
    with pytest.raises(NoAdviceError, match=r"0\.0100 USD are left of the budget"):
        one.reply_to("d", request(1, "gemini-2.5-pro"), fine)
    assert said.asked == 0
    assert one.reply_to("d", request(1), fine).value == "fine"


def test_calls_of_a_run_add_up_and_the_budget_is_never_passed(home: Path) -> None:
    said = Scripted()
    one, store = adviser(home, said, advice_budget_usd=0.01)
    kept = 0
    for number in range(10):
        try:
            one.reply_to("d", request(number), fine)
            kept += 1
        except NoAdviceError as error:
            last = str(error)
    spent = sum(r.cost_usd for r in records(store, "d"))
    assert 0 < kept < 10
    assert 0.01 - most_usd(request(0)) < spent <= 0.01
    assert "left of the budget" in last


def test_a_call_that_fails_counts_as_if_it_was_paid(home: Path) -> None:
    said = Scripted(None)
    one, store = adviser(home, said, advice_budget_usd=2.5 * most_usd(request(0)))
    for number in range(4):
        with pytest.raises(NoAdviceError):
            one.reply_to("d", request(number), fine)
    assert said.asked == 2
    assert not records(store, "d")


def test_when_the_time_is_over_nobody_is_asked(home: Path) -> None:
    said = Scripted(seconds=0.3)
    one, _ = adviser(home, said, advice_time_limit_s=1.2)
    one.reply_to("d", request(1), fine)
    with pytest.raises(NoAdviceError, match="time limit for advice is used up"):
        one.reply_to("d", request(2), fine)
    assert said.asked == 1


def test_a_record_answers_for_the_service_and_costs_nothing(home: Path) -> None:
    said = Scripted()
    one, store = adviser(home, said)
    first = one.reply_to("d", request(1), fine).record
    other, _ = adviser(home, Scripted(None), advice_budget_usd=0)
    assert other.reply_to("d", request(1), fine).record == first
    with pytest.raises(NoAdviceError):
        other.reply_to("elsewhere", request(1), fine)
    assert first.cost_usd == pytest.approx((400 * 0.1 + 8000 * 0.4) / 1e6)
    assert load_record(store, "d", first.key) == first


def test_a_refused_or_broken_record_is_asked_again(home: Path) -> None:
    bad, store = adviser(home, Scripted("never mind"))
    with pytest.raises(NoAdviceError, match="not fine"):
        bad.reply_to("d", request(1), fine)
    (kept,) = records(store, "d")
    assert kept.reply.text == "never mind"
    said = Scripted()
    good, _ = adviser(home, said)
    assert good.reply_to("d", request(1), fine).value == "fine"
    store.storage.put(f"datasets/d/advice/{request_key(request(1))}.json", b"{]")
    assert good.reply_to("d", request(1), fine).value == "fine"
    assert said.asked == 2


@pytest.mark.slow
def test_what_one_package_has_recorded_is_replayed_with_the_other(home: Path) -> None:
    """Both packages' real clients ask the same stand-in."""

    class Through:
        def __init__(self, module: Package) -> None:
            self.module = module

        def ask(self, request: AdviceRequest, time_limit_s: float) -> AdviceReply:
            return ask_gemini(request, SecretStr("k" * 39), time_limit_s, one.endpoint, self.module)

    with gemini.stand_in() as one:
        one.expect(gemini.says("fine", tokens=(12, 5, 3)), gemini.says("fine", tokens=(12, 5, 3)))
        kept: list[AdviceRecord] = []
        for dataset, module in [("a", "google.genai"), ("b", "google.generativeai")]:
            session, _ = adviser(home, Through(module))
            kept.append(session.reply_to(dataset, request(1), fine).record)
        timed = {"asked_at", "seconds"}
        assert kept[0].model_dump(exclude=timed) == kept[1].model_dump(exclude=timed)
        assert len(one.calls) == 2
        for dataset, module in [("b", "google.genai"), ("a", "google.generativeai")]:
            session, _ = adviser(home, Through(module))
            assert session.reply_to(dataset, request(1), fine).record in kept
        assert len(one.calls) == 2
