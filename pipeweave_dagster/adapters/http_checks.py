"""Health checks of other services over HTTP, by requests that need no password."""

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
# Daemons send a heartbeat every 30 s; Dagster's own pages tolerate 30 minutes without one.
HEARTBEAT_S = 120.0
# What an HTTP client raises without a response, or with an unexpected one.
_NO_RESPONSE = (OSError, ValueError, HTTPException)
_QUERY = """{
  instance { daemonHealth { allDaemonStatuses { required lastHeartbeatTime } } }
  runsOrError(filter: {statuses: [QUEUED]}) { ... on Runs { count } }
}"""


def responds(url: str) -> str:
    """Check that a server responds at an address without an error.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if not, also for an HTTP status of 400 or more.
    """
    try:
        with _open(urllib.request.Request(_http(url))) as response:  # noqa: S310 - see _http
            return f"responds (HTTP {response.status})"
    except _NO_RESPONSE as error:
        raise unavailable(
            f"There is no response from {base_of(url)} ({_reason(error)}).",
            fix="Restart the service, and see its log.",
        ) from error


def is_reachable(url: str) -> bool:
    """Return whether a server responds at an address, if only with "not found" or "forbidden"."""
    try:
        with _open(urllib.request.Request(_http(url))):  # noqa: S310 - see _http
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500  # a proxy before an absent server says 502 or 503
    except _NO_RESPONSE:
        return False


def check_mlflow(server: str) -> str:
    """Check that an MLflow server reads its own database.

    Raises:
        UnknownError: If the server runs but its database does not respond.
        PipeWeaveError: SERVICE_UNAVAILABLE if the server is not running.
    """
    base = f"{server.rstrip('/')}/"
    responds(urljoin(base, "health"))
    body = json.dumps({"max_results": 1}).encode()
    url = urljoin(base, "api/2.0/mlflow/experiments/search")
    try:
        _post(url, body)
    except _NO_RESPONSE as error:
        raise UnknownError("the server runs, but its own database does not respond") from error
    return "the server responds and reads its database"


@dataclass(frozen=True)
class DagsterState:
    """What Dagster's web server reads from its database."""

    queued: int
    heartbeat_age_s: float | None


def dagster_state(web: str) -> DagsterState:
    """Return the length of the queue and the age of the oldest last heartbeat.

    Args:
        web: Address of Dagster's web server.

    Raises:
        OSError: If the web server or its database does not respond.
    """
    body = json.dumps({"query": _QUERY}).encode()
    data = _post(urljoin(f"{web.rstrip('/')}/", "graphql"), body).get("data")
    try:
        statuses = data["instance"]["daemonHealth"]["allDaemonStatuses"]
        queued = int(data["runsOrError"]["count"])
        beats = [s["lastHeartbeatTime"] for s in statuses if s["required"]]
    except (KeyError, TypeError) as error:
        raise OSError("Dagster's database does not respond") from error
    known = [float(beat) for beat in beats if beat is not None]
    age = time.time() - min(known) if known and len(known) == len(beats) else None
    return DagsterState(queued, age)


def check_daemon(age_s: float | None) -> str:
    """Check the daemon by the age of its last heartbeat.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if its last heartbeat is too old.
    """
    if age_s is None or age_s > HEARTBEAT_S:
        last = "no heartbeat yet" if age_s is None else f"last heartbeat {age_s:.0f} s ago"
        raise unavailable(
            f"The daemon is not running ({last}); uploads are not processed.",
            fix="Restart the daemon.",
        )
    return f"running, last heartbeat {age_s:.0f} s ago"


def base_of(url: str) -> str:
    """Return scheme and host of an address, without a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an invalid address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _reason(error: Exception) -> str:
    """Return the reason without the address, which may contain a password."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or type(cause).__name__)


def _post(url: str, body: bytes) -> Any:
    headers = {"Content-Type": "application/json"}
    with _open(urllib.request.Request(_http(url), body, headers)) as response:  # noqa: S310
        return json.loads(response.read(1 << 20))


def _open(request: urllib.request.Request) -> Any:
    return urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310 - see _http


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"not an HTTP address: {urlsplit(url).scheme}")
    return url
