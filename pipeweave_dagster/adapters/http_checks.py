"""RequestOptions other services over HTTP whether they work; what is asked needs no password."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipeweave_dagster.adapters.health import UnknownError
from pipeweave_dagster.core.errors import unavailable

TIMEOUT_S = 3.0
# Daemons tell every 30 s that they live; Dagster's own pages believe them dead after 30 minutes.
HEARTBEAT_S = 120.0
# Whatever an HTTP client raises when nobody, or somebody strange, answers.
_UNANSWERED = (OSError, ValueError, HTTPException)
_QUERY = """{
  instance { daemonHealth { allDaemonStatuses { required lastHeartbeatTime } } }
  runsOrError(filter: {statuses: [QUEUED]}) { ... on Runs { count } }
}"""


def answers(url: str) -> str:
    """That somebody answers at an address without an error.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if not, also for an HTTP status of 400 and above.
    """
    try:
        with _open(urllib.request.Request(_http(url))) as answer:  # noqa: S310 - see _http
            return f"answers (HTTP {answer.status})"
    except _UNANSWERED as error:
        raise unavailable(
            f"Nobody answers at {base_of(url)} ({_reason(error)}).",
            fix="Start it again, and see its log.",
        ) from error


def ask_mlflow(server: str) -> str:
    """That an MLflow server reads its own database.

    Raises:
        UnknownError: If the server runs and its database does not answer.
        PipeWeaveError: SERVICE_UNAVAILABLE if the server does not run.
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
        PipeWeaveError: SERVICE_UNAVAILABLE if its last heartbeat is too old.
    """
    if age_s is None or age_s > HEARTBEAT_S:
        last = "no heartbeat yet" if age_s is None else f"last heartbeat {age_s:.0f} s ago"
        raise unavailable(
            f"The daemon is not running ({last}); uploads wait.", fix="Start it again."
        )
    return f"running, last heartbeat {age_s:.0f} s ago"


def base_of(url: str) -> str:
    """Scheme and host of an address, without the password that may stand in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _reason(error: Exception) -> str:
    """Why, without the address, in which a name and password may stand."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or type(cause).__name__)


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
