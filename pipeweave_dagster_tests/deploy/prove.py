"""Starts the whole of docker-compose.yml natively, stops each part, and prints what happens.

`make prove PROVE_ARGS="FOLDER PART…"` keeps pictures of the pages in the folder, and stops only the
parts that are named. It takes some minutes: a daemon counts as dead only after two minutes. The
table goes into docs/how-to/deploy.md.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from pipeweave_dagster_tests.deploy.colleague import (
    ADA,
    OF_ADMINS,
    OF_STRANGERS,
    OF_VIEWERS,
    Colleague,
    provider_of,
    provider_settings,
    users,
)
from pipeweave_dagster_tests.deploy.conftest import made_secrets
from pipeweave_dagster_tests.deploy.look import look
from pipeweave_dagster_tests.deploy.stack import Stack, started
from pipeweave_dagster_tests.deploy.team import (
    DAGSTER,
    DATASET,
    MLFLOW,
    PAGES,
    READ_ONLY,
    ROOT,
    S3,
    Team,
)

_HEADER = """
| stopped part | what people see | what `pipeweave doctor` says | red on `/health` |
| --- | --- | --- | --- |
"""
_RUNS = "{ runsOrError { __typename ... on Runs { count } } }"
# The order of the compose file; `migrate` does not stay.
PARTS = ("postgres", "s3", "mlflow", "code", "daemon", "web", "web-readonly", "pages", "proxy")
# The doctor's name of a part, where it differs.
LINE_OF = {"postgres": "database", "s3": "storage"}
# Without them nobody is let in, not to /health either: the users are in the store.
NEEDED_BY_ALL = {"s3", "pages", "proxy"}


class Story:
    """Prints each step with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def tell(self, text: str) -> None:
        """One line of the log."""
        sys.stdout.write(f"{time.monotonic() - self._began:7.1f} s  {text}\n")
        sys.stdout.flush()


def main() -> None:
    """Start, upload, look, stop and start each part, look again."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="pipeweave-"))
    parts = sys.argv[2:] or PARTS
    folder.mkdir(parents=True, exist_ok=True)
    story = Story()
    with tempfile.TemporaryDirectory() as secrets:
        variables = made_secrets(Path(secrets) / ".env")
    variables |= {"PIPEWEAVE_TIME_BUDGET_S": "8", **provider_settings()}
    with started(variables) as stack:
        team = Team(stack)
        story.tell("every health check is green")
        _process(team, story)
        _log_in(stack, story)
        before = _findings(team)
        _look(team, folder / "before", story)
        rows = [_without(part, team, story) for part in parts]
        after = _findings(team)
        assert after == before, (before, after)
        story.tell("champion, runs and report are what they were")
        sys.stdout.write(_HEADER + "".join(rows))
        _look(team, folder / "after", story)
        _process(team, story)
        team.close()
    story.tell("done")


def _process(team: Team, story: Story) -> None:
    """Upload with a signed address and wait for the end of the run that it starts."""
    known = len(team.runs())
    data = (ROOT / "examples" / "penguins.csv").read_bytes()
    team.upload({"pipeweave.yaml": b"target: species\n", "penguins.csv": data})
    story.tell("uploaded through a signed address")
    team.stack.wait(lambda: len(team.runs()) > known, 240, "daemon", every=1)
    story.tell("the daemon picked it up")
    team.stack.wait(lambda: team.runs()[0]["status"] == "SUCCESS", 480, "code", every=1)
    champion = team.champion()
    assert champion is not None
    story.tell(f"version {champion['version']} of {champion['name']} is champion")


def _log_in(stack: Stack, story: Story) -> None:
    """Log a viewer and then admin in by an identity provider, and out; see what opens."""
    with tempfile.TemporaryDirectory() as folder, provider_of(stack, Path(folder)):
        ada = Colleague(stack, ADA)
        for role, doors in (("viewer", OF_VIEWERS), ("admin", OF_ADMINS)):
            users(stack, "role", ADA, role)
            ada.log_in(PAGES)
            assert ada.doors() == doors, (role, ada.doors())
            story.tell(f"logged in by the identity provider as {role}: {_by_port(doors)}")
        ada.log_out()
        assert ada.doors() == OF_STRANGERS, ada.doors()
        story.tell(f"logged out: {_by_port(OF_STRANGERS)}")
        ada.close()


def _by_port(doors: Mapping[int, int]) -> str:
    return ", ".join(f"port {port} HTTP {status}" for port, status in doors.items())


def _findings(team: Team) -> tuple[object, ...]:
    champion = team.champion()
    return (champion and champion["version"], len(team.runs()), team.report_path())


def _look(team: Team, folder: Path, story: Story) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pictures = look(team, folder)
    story.tell(f"a browser saw Dagster, page, report and MLflow: {', '.join(map(str, pictures))}")


def _without(part: str, team: Team, story: Story) -> str:
    """Stop a part, ask everybody, start it again; the row of the table."""
    stack, line = team.stack, LINE_OF.get(part, part)
    began = time.monotonic()
    stack.stop(part)
    story.tell(f"{part}: stopped after {time.monotonic() - began:.1f} s")
    health: dict[str, str] = {}
    told: dict[str, tuple[str, str]] = {}

    def is_red() -> bool:
        nonlocal told
        code, told = team.doctor()
        return told[line][0] == "red" and code == 1

    stack.wait(is_red, 240, part, revive=False)
    seen = _seen(team)
    if part not in NEEDED_BY_ALL:
        health = team.health()
    red = [name for name, (state, _) in told.items() if state == "red"]
    assert red == [line], told
    unsure = [name for name, (state, _) in told.items() if state == "unknown"]
    on_page = ", ".join(n for n, state in health.items() if state == "red") or "-"
    story.tell(f"{part}: the doctor says {told[line][1]!r}, unknown {unsure}; {seen}")
    story.tell(f"{part}: red on /health: {on_page}")
    began = time.monotonic()
    stack.start(part)
    stack.wait_healthy(part)
    _well_again(team)
    story.tell(f"{part}: started; everything is well again after {time.monotonic() - began:.1f} s")
    words = f"`{line}` red: {told[line][1]}"
    words += f"; `{'`, `'.join(unsure)}` unknown" if unsure else ""
    return f"| {part} | {seen} | {_quoted(words)} | {on_page} |\n"


def _well_again(team: Team) -> None:
    def well() -> bool:
        code, _ = team.doctor()
        return code == 0

    team.stack.wait(well, 300, "code")


def _seen(team: Team) -> str:
    """What the public addresses answer."""
    stack = team.stack
    asks: dict[str, Callable[[], httpx.Response]] = {
        "Dagster": lambda: team.graphql(team.admin, DAGSTER, _RUNS),
        "read-only Dagster": lambda: team.graphql(team.viewer, READ_ONLY, _RUNS),
        "MLflow": lambda: team.admin.post(
            f"{stack.url(MLFLOW)}/api/2.0/mlflow/experiments/search", json={"max_results": 1}
        ),
        "page": lambda: team.viewer.get(f"{stack.url(PAGES)}/datasets/{DATASET}"),
        "uploads": lambda: team.stranger.post(f"{stack.url(S3)}/x", files={"file": b""}),
    }
    return ", ".join(f"{name}: {_answer(ask)}" for name, ask in asks.items())


def _answer(ask: Callable[[], httpx.Response]) -> str:
    try:
        answer = ask()
    except httpx.HTTPError as error:
        return type(error).__name__
    broken = '"errors"' in answer.text[:2000] or "PythonError" in answer.text[:2000]
    return "error in the page" if broken and answer.status_code == 200 else _meaning(answer)


def _meaning(answer: httpx.Response) -> str:
    code = answer.status_code
    return "works" if code in {200, 400, 403, 404} else f"HTTP {code}"


def _quoted(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    main()
