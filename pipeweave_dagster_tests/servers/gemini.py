"""A stand-in for Google Gemini that behaves on the wire as the API does, good and bad."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Call"], None]


class Call:
    """One request as it came, and the connection to answer on."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.handler = handler
        self.path = handler.path
        self.headers = {k.lower(): v for k, v in handler.headers.items()}
        self.raw = handler.rfile.read(int(self.headers.get("content-length", 0)))
        self.body: dict[str, Any] = json.loads(self.raw or b"{}")

    @property
    def facts(self) -> dict[str, Any]:
        """What is told of the data."""
        return json.loads(self.body["contents"][0]["parts"][0]["text"])

    @property
    def adviser(self) -> str:
        """Which adviser asks, by the answer that it wants."""
        wanted = self.body["generationConfig"]["responseSchema"]["properties"]
        return {"columns": "schema", "sentences": "narrative"}.get(next(iter(wanted)), "architect")

    @property
    def in_integers(self) -> bool:
        """Whether enums are to be answered as integers, as the older package asks for."""
        return "enum-encoding" in self.path

    def send(self, status: int, data: bytes, **headers: str) -> None:
        """Answer with these bytes."""
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", "application/json; charset=UTF-8")
        self.handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        with suppress(OSError):  # who asks may have gone
            self.handler.wfile.write(data)


# Enums on the wire, which are words unless the caller asks for integers.
_FINISH = {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION"}


def _reason(call: Call, finish: int) -> int | str:
    return finish if call.in_integers else _FINISH[finish]


def says(text: str, *, finish: int = 1, tokens: tuple[int, int, int] = (400, 60, 0)) -> Answer:
    """A reply with this text; `finish` is the reason as the integer on the wire."""
    prompt, reply, thoughts = tokens

    def answer(call: Call) -> None:
        content = {"parts": [{"text": text}], "role": "model"}
        usage = {
            "promptTokenCount": prompt,
            "candidatesTokenCount": reply,
            "thoughtsTokenCount": thoughts,
            "totalTokenCount": prompt + reply + thoughts,
        }
        found = {
            "candidates": [{"content": content, "finishReason": _reason(call, finish), "index": 0}],
            "usageMetadata": usage,
            "modelVersion": "stand-in-001",
            "responseId": "x",
        }
        call.send(200, json.dumps(found).encode())

    return answer


def blocked(call: Call) -> None:
    """The prompt is blocked: success, and no candidate."""
    reason = 1 if call.in_integers else "SAFETY"
    feedback = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 9}}
    call.send(200, json.dumps(feedback).encode())


def unsafe(call: Call) -> None:
    """The reply is blocked: success, and a candidate without content."""
    found = {"candidates": [{"finishReason": _reason(call, 3), "index": 0}]}
    call.send(200, json.dumps(found).encode())


def fails(status: int, **headers: str) -> Answer:
    """An error in the API's envelope."""
    envelope = {"error": {"code": status, "message": "told by the service", "status": "X"}}
    return lambda call: call.send(status, json.dumps(envelope).encode(), **headers)


def no_json(call: Call) -> None:
    """A proxy's page in place of the API's answer."""
    call.send(200, b"<html><body>Welcome to the hotel</body></html>")


def slow(seconds: float) -> Answer:
    """Nothing for so long, then a good reply."""

    def answer(call: Call) -> None:
        time.sleep(seconds)
        says("{}")(call)

    return answer


def dripping(call: Call) -> None:
    """A byte a tenth of a second: no read ever times out, and the reply never ends."""
    call.handler.send_response(200)
    call.handler.send_header("Content-Type", "application/json")
    call.handler.send_header("Content-Length", "100000")
    call.handler.end_headers()
    for _ in range(600):
        try:
            call.handler.wfile.write(b" ")
            call.handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def reset(call: Call) -> None:
    """The connection is cut before a word."""
    call.handler.close_connection = True
    call.handler.connection.shutdown(2)


class StandIn:
    """The server: answers in the order of `answers`, the last one for ever; keeps all calls."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        """Its address, with the scheme, else the package would speak TLS."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def expect(self, *answers: Answer) -> None:
        """Answer so from now on, and forget earlier calls."""
        self.calls, self.answers = [], list(answers)

    def take(self, call: Call) -> Answer:
        """Keep a call and give the answer to it."""
        with self._lock:
            self.calls.append(call)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A running stand-in."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            call = Call(self)
            owner.take(call)(call)

        def do_GET(self) -> None:  # what a followed redirect would be
            owner.calls.append(Call(self))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    owner = StandIn(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield owner
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def clever(call: Call) -> None:
    """A model that does what it is asked, whoever asks."""
    says(json.dumps(_CLEVER[call.adviser](call.facts)))(call)


def _types(facts: dict[str, Any]) -> dict[str, Any]:
    """The second candidate of each column."""
    return {"columns": [{"id": c["id"], "type": c["candidates"][1]} for c in facts["ask"]]}


def _sentences(facts: dict[str, Any]) -> dict[str, Any]:
    """A true sentence a fact, and a false one in the end."""
    found = []
    for fact in facts["facts"]:
        names = [fact["column"]] if "column" in fact else fact.get("columns", [])
        about = " and ".join(f"`{name}`" for name in names)
        text = f"For {about} the {fact['what']} is {fact['shown']}."
        if not names:
            text = f"The number of {fact['what']} is {fact['shown']}."
        found.append({"text": text, "facts": [fact["id"]]})
    false = {"text": "The table has 123,456 rows.", "facts": [facts["facts"][0]["id"]]}
    return {"sentences": [*found[:6], false]}


def _plan(facts: dict[str, Any]) -> dict[str, Any]:
    """The present steps, and a ratio of the first two numbers."""
    steps: dict[str, list[str]] = {}
    for column in facts["columns"]:
        steps.setdefault(column["step"], []).append(column["id"])
    numbers = steps.get("numeric", [])
    ideas = [{"operator": "ratio", "columns": numbers[:2]}] if len(numbers) > 1 else []
    shown = [{"use": use, "columns": ids} for use, ids in steps.items()]
    return {"steps": shown, "features": ideas}


_CLEVER = {"schema": _types, "narrative": _sentences, "architect": _plan}
