"""`pipeweave advice` prints what was told and said, whole, and steers no terminal."""

import json
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as homes
from pipeweave_dagster.core.advice.request import RequestOptions, make_request, request_key
from pipeweave_dagster.core.documents.advice import AdviceRecord, AdviceReply
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.advice_records import save_record


@pytest.fixture
def record(home: Path) -> AdviceRecord:
    """One call of the data set `people`, with a reply that would like to steer the terminal."""
    homes.settings.cache_clear()
    settings = homes.settings()
    request = make_request(
        "schema", RequestOptions("gemini-2.5-pro", "names"), {"ask": ["Dalc"]}, {"a": 1}
    )
    reply = AdviceReply(text="\x1b[2J{}\nsecond line", tokens_in=1000, tokens_out=100)
    made = AdviceRecord(
        key=request_key(request), request=request, reply=reply, cost_usd=0.00225, asked_at=1.0,
        seconds=1.5,
    )  # fmt: skip
    save_record(DocumentStore(open_storage(settings), settings.cache_folder), "people", made)
    return made


def said(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    build_app()(["advice", *command], standalone_mode=False)
    return capsys.readouterr().out


def test_list_sums_tokens_and_money(
    record: AdviceRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "list", "people")
    assert record.key in text
    assert "1 calls, 0.002250 USD" in text
    (call,) = json.loads(said(capsys, "list", "people", "--json"))["calls"]
    assert (call["tokens_in"], call["tokens_out"], call["model"]) == (1000, 100, "gemini-2.5-pro")


def test_show_prints_request_and_reply_whole(
    record: AdviceRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "show", "people", record.key[:6])
    assert record.request.instruction.splitlines()[0] in text
    assert "Dalc" in text
    assert "second line" in text
    assert "\x1b" not in text
    whole = json.loads(said(capsys, "show", "people", record.key[:6], "--json"))
    assert AdviceRecord.model_validate(whole) == record


def test_a_key_that_is_not_there_says_where_to_look(record: AdviceRecord) -> None:
    with pytest.raises(PipeWeaveError, match="advice list people"):
        build_app()(["advice", "show", "people", "zzz"], standalone_mode=False)
    with pytest.raises(PipeWeaveError, match="no published data set"):
        build_app()(["advice", "replay", "people"], standalone_mode=False)
