"""Whether the services that PipeWeave stands on answer; `pipeweave doctor` and `/health` ask."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from pipeweave_dagster.core.errors import PipeWeaveError

TIMEOUT_S = 3.0
# Daemons tell every 30 s that they live; Dagster's own pages believe them dead after 30 minutes.
HEARTBEAT_S = 90.0
State = Literal["ok", "red", "unknown", "off"]
# Whatever an HTTP client raises when nobody, or somebody strange, answers.
_UNANSWERED = (OSError, ValueError, HTTPException)
_QUERY = """{
  instance { daemonHealth { allDaemonStatuses { required lastHeartbeatTime } } }
  runsOrError(filter: {statuses: [QUEUED]}) { ... on Runs { count } }
}"""


class UnknownError(Exception):
    """It cannot be told, as another part that would tell it does not answer."""


class OffError(Exception):
    """It is not running, and need not be."""


@dataclass(frozen=True)
class Line:
    """What is known of one part.

    Attributes:
        name: The part.
        state: `unknown` where another part that is red would have to tell it, `off` for what is
            not running and need not be.
        detail: In words.
        seconds: How long it took to find out.
    """

    name: str
    state: State
    detail: str
    seconds: float


def measure(name: str, ask: Callable[[], str], told: Callable[[Exception], str]) -> Line:
    """Ask one part; whatever goes wrong becomes its line, so that the others are still shown.

    Args:
        name: The part.
        ask: Gives a text for people, or raises.
        told: The text of an error; public pages tell less than a terminal.
    """
    began = time.monotonic()
    state: State = "ok"
    try:
        detail = ask()
    except UnknownError as error:
        state, detail = "unknown", str(error)
    except OffError as error:
        state, detail = "off", str(error)
    except Exception as error:  # noqa: BLE001 - see the docstring
        state, detail = "red", told(error)
    return Line(name, state, detail, round(time.monotonic() - began, 3))


def is_well(lines: Sequence[Line]) -> bool:
    """Whether nothing is red."""
    return all(line.state != "red" for line in lines)


def plainly(error: Exception) -> str:
    """What a public page may tell of an error: no addresses, no texts of libraries."""
    if isinstance(error, PipeWeaveError):
        return error.code.value
    return f"does not answer ({type(error).__name__})"


def in_full(error: Exception) -> str:
    """What a terminal tells of an error."""
    if isinstance(error, PipeWeaveError):
        return error.text
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"


def answers(url: str) -> str:
    """That somebody answers at an address without an error.

    Raises:
        OSError: If not, also for an HTTP status of 400 and above.
        ValueError: If it is no HTTP address.
    """
    with _open(urllib.request.Request(_http(url))) as answer:  # noqa: S310 - see _http
        return f"answers (HTTP {answer.status})"


def ask_mlflow(server: str) -> str:
    """That an MLflow server reads its own database.

    Raises:
        UnknownError: If the server runs and its database does not answer.
        OSError: If the server does not run.
    """
    base = f"{server.rstrip('/')}/"
    answers(urljoin(base, "health"))
    body = json.dumps({"max_results": 1}).encode()
    url = urljoin(base, "api/2.0/mlflow/experiments/search")
    try:
        _post(url, body)
    except _UNANSWERED as error:
        raise UnknownError("the server runs, but its own database does not answer") from error
    return "the server answers and reads its database"


@dataclass(frozen=True)
class DagsterState:
    """What Dagster's web server reads from its database."""

    queued: int
    heartbeat_age_s: float | None


def ask_dagster(web: str) -> DagsterState:
    """The length of the queue and the age of the oldest last heartbeat, from the web server.

    Raises:
        OSError: If the web server does not answer, or its database not.
    """
    body = json.dumps({"query": _QUERY}).encode()
    data = _post(urljoin(f"{web.rstrip('/')}/", "graphql"), body).get("data")
    try:
        statuses = data["instance"]["daemonHealth"]["allDaemonStatuses"]
        queued = int(data["runsOrError"]["count"])
        beats = [s["lastHeartbeatTime"] for s in statuses if s["required"]]
    except (KeyError, TypeError) as error:
        raise OSError("Dagster's database does not answer") from error
    known = [float(beat) for beat in beats if beat is not None]
    age = time.time() - min(known) if known and len(known) == len(beats) else None
    return DagsterState(queued, age)


def daemon_in_words(age_s: float | None) -> str:
    """How the daemon is.

    Raises:
        OSError: If its last heartbeat is too old.
    """
    if age_s is None or age_s > HEARTBEAT_S:
        last = "no heartbeat yet" if age_s is None else f"last heartbeat {age_s:.0f} s ago"
        raise OSError(f"not running ({last}); uploads wait until it is started")
    return f"running, last heartbeat {age_s:.0f} s ago"


def base_of(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _post(url: str, body: bytes) -> Any:
    headers = {"Content-Type": "application/json"}
    with _open(urllib.request.Request(_http(url), body, headers)) as answer:  # noqa: S310
        return json.loads(answer.read(1 << 20))


def _open(request: urllib.request.Request) -> Any:
    return urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310 - see _http


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"no HTTP address: {urlsplit(url).scheme}")
    return url
