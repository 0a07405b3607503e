"""Both packages' real clients against a stand-in that behaves on the wire as the API does."""

import json
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.gemini import ask_gemini, package
from pipeweave_dagster.adapters.gemini.ask import Package
from pipeweave_dagster.core.advice.request import (
    TEXT,
    RequestOptions,
    array,
    make_request,
    one_of,
    record,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster_tests.servers import gemini
from pipeweave_dagster_tests.servers.gemini import StandIn

pytestmark = pytest.mark.slow

KEY = "AIza-" + "k" * 34
SHAPE = record(columns=array(record(id=TEXT, type=one_of(["a", "b"]))))
REQUEST = make_request(
    "schema", RequestOptions("gemini-2.5-flash-lite", "names"), {"ask": [1]}, SHAPE
)


@pytest.fixture(params=["google.genai", "google.generativeai"])
def module(request: pytest.FixtureRequest) -> Package:
    return request.param


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with gemini.stand_in() as found:
        yield found


def ask(server: StandIn, module: Package, limit_s: float = 20.0):
    return ask_gemini(REQUEST, SecretStr(KEY), limit_s, server.endpoint, module)


def test_what_goes_over_the_wire_is_the_request_and_nothing_else(
    server: StandIn, module: Package
) -> None:
    server.expect(gemini.says('{"columns": []}', tokens=(12, 5, 3)))
    reply = ask(server, module)
    (call,) = server.calls
    assert call.path.startswith("/v1beta/models/gemini-2.5-flash-lite:generateContent")
    assert call.headers["x-goog-api-key"] == KEY
    assert KEY.encode() not in call.raw
    assert KEY not in call.path
    assert set(call.body) == {"contents", "generationConfig", "systemInstruction"}
    assert call.body["contents"] == [{"parts": [{"text": REQUEST.facts}], "role": "user"}]
    assert call.body["systemInstruction"]["parts"] == [{"text": REQUEST.instruction}]
    config = call.body["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["responseSchema"]["type"] in (6, "OBJECT")
    assert config["responseSchema"]["properties"]["columns"]["items"]["required"] == ["id", "type"]
    assert (config["temperature"], config["maxOutputTokens"]) == (0.0, 8192)
    assert (reply.text, reply.tokens_in, reply.tokens_out) == ('{"columns": []}', 12, 8)
    assert reply.model_version == "stand-in-001"


@pytest.mark.parametrize(
    ("answer", "code", "words", "calls"),
    [
        (gemini.fails(503), "SERVICE_UNAVAILABLE", "failed (HTTP 503)", 3),
        (gemini.fails(500), "SERVICE_UNAVAILABLE", "failed (HTTP 500)", 3),
        (gemini.fails(429), "RATE_LIMITED", "rate limited", 3),
        (gemini.fails(429, Retry_After="3600"), "RATE_LIMITED", "rate limited", 1),
        (gemini.fails(400), "VALIDATION_ERROR", "refused the request (HTTP 400)", 1),
        (gemini.fails(403), "UNAUTHORIZED", "refused the key", 1),
        (gemini.reset, "SERVICE_UNAVAILABLE", "cannot be reached", 3),
        (gemini.no_json, "VALIDATION_ERROR", "not JSON", 1),
        (gemini.blocked, "VALIDATION_ERROR", "request was blocked", 1),
        (gemini.unsafe, "VALIDATION_ERROR", "reply was blocked", 1),
        (gemini.says('{"columns": [{"id"', finish=2), "VALIDATION_ERROR", "cut off", 1),
        (gemini.says("x", finish=4), "VALIDATION_ERROR", "reply was blocked", 1),
    ],
)
def test_what_goes_wrong_has_a_plain_reason(
    server: StandIn,
    module: Package,
    monkeypatch: pytest.MonkeyPatch,
    answer,
    code: str,
    words: str,
    calls: int,
) -> None:
    monkeypatch.setattr("pipeweave_dagster.adapters.gemini.ask._FIRST_PAUSE_S", 0.01)
    server.expect(answer)
    with pytest.raises(PipeWeaveError) as caught:
        ask(server, module)
    assert caught.value.code is ErrorCode(code)
    assert words in caught.value.message
    assert "told by the service" not in caught.value.text
    assert KEY not in json.dumps(caught.value.envelope())
    assert len(server.calls) == calls


def test_patience_is_rewarded(server: StandIn, module: Package) -> None:
    server.expect(gemini.fails(429, Retry_After="1"), gemini.says("{}"))
    began = time.monotonic()
    assert ask(server, module).text == "{}"
    assert time.monotonic() - began >= 1
    assert len(server.calls) == 2


def test_silence_ends_with_the_time_and_is_not_tried_again(
    server: StandIn, module: Package
) -> None:
    server.expect(gemini.slow(6))
    began = time.monotonic()
    with pytest.raises(PipeWeaveError, match="in time"):
        ask(server, module, limit_s=0.6)
    assert time.monotonic() - began < 5
    assert len(server.calls) == 1


def test_nobody_listens(module: Package) -> None:
    with pytest.raises(PipeWeaveError, match="cannot be reached"):
        ask_gemini(REQUEST, SecretStr(KEY), 1.0, "http://127.0.0.1:9", module)


@pytest.mark.parametrize("status", [302, 307, 308])
def test_no_redirect_takes_the_key_elsewhere(server: StandIn, module: Package, status: int) -> None:
    with gemini.stand_in() as other:
        other.expect(gemini.says("{}"))
        server.expect(gemini.fails(status, Location=f"{other.endpoint}/steal"))
        with pytest.raises(PipeWeaveError, match="not followed"):
            ask(server, module)
        assert len(server.calls) == 1
        assert not other.calls


def test_the_environment_does_not_decide_where_the_key_goes(
    server: StandIn, module: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gemini.stand_in() as other:
        other.expect(gemini.says("{}"))
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", other.endpoint)
        monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
        monkeypatch.setenv("GOOGLE_API_KEY", "another")
        server.expect(gemini.says("{}"))
        assert ask(server, module).text == "{}"
        assert server.calls[0].headers["x-goog-api-key"] == KEY
        assert not other.calls


def test_the_supported_package_is_used_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert package() == "google.genai"
    monkeypatch.setattr("pipeweave_dagster.adapters.gemini.ask.find_spec", lambda _: None)
    assert package() == "google.generativeai"
