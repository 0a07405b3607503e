"""What the people of a team do with the started stack, over HTTP and the command line."""

import json
import secrets
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from pipeweave_dagster_tests.commands import program_of, told_by
from pipeweave_dagster_tests.deploy.stack import Stack

ROOT = Path(__file__).parents[2]
DATASET = "penguins"
MODEL = f"pipeweave-{DATASET}"
DAGSTER, READ_ONLY, MLFLOW, PAGES, S3 = 3000, 3001, 5000, 8000, 9000
_LETTERS = string.ascii_letters + string.digits
# Of the line alone: schedules start runs of their own every ten minutes.
_RUNS = """{ runsOrError(filter: {pipelineName: "process_dataset"}) {
  ... on Runs { results { runId status } }
} }"""
# One process, since each would import the same.
_MAKE_PEOPLE = """
import sys

from pipeweave_dagster.cli import main

sys.argv = ["pipeweave", "users", "add", "admin", "--role", "admin"]
try:
    main()
except SystemExit as ended:
    if ended.code:
        raise

from pipeweave_dagster.core.access import Role
from pipeweave_dagster.services.users.api_tokens import make_token
from pipeweave_dagster.services.users.directory import add_user
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

with Workbench(Settings()) as bench:
    add_user(bench.store, "viewer", Role.VIEWER, None)
    for name in ("admin", "viewer"):
        print(make_token(bench.store, name)[1])
"""
# What a team may have in the environment of its processes, beside the secrets of the deployment.
PLANTED = (
    "GOOGLE_API_KEY", "SLACK_WEBHOOK_URL", "SMTP_PASSWORD", "SNOWFLAKE_PASSWORD", "GITHUB_TOKEN",
    "OPENAI_API_KEY",
)  # fmt: skip


def planted() -> dict[str, str]:
    """Secrets that are found again if anything writes its environment down."""
    return {
        name: "planted" + "".join(secrets.choice(_LETTERS) for _ in range(32)) for name in PLANTED
    }


class Team:
    """An admin and a viewer in front of the proxy, each with a token.

    Args:
        stack: The started stack.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.password = secrets.token_urlsafe(24)
        self.admin, self.viewer = map(self._client, self._tokens())
        self.stranger = httpx.Client(trust_env=False, timeout=20)

    def close(self) -> None:
        """Close the connections."""
        for client in (self.admin, self.viewer, self.stranger):
            client.close()

    def upload(self, files: Mapping[str, bytes]) -> None:
        """Send files with addresses that the command line gave, and with nothing else."""
        commands = [["upload-url", DATASET, "--file-name", name, "--json"] for name in files]
        done = self.stack.run("code", "python", *program_of(commands))
        for told, content in zip(told_by(done, commands), files.values(), strict=True):
            assert told.code == 0, told.err
            form = told.facts
            sent = self.stranger.post(form["url"], data=form["fields"], files={"file": content})
            assert sent.status_code == 204, sent.text

    def champion(self) -> dict[str, Any] | None:
        """MLflow's champion of the data set, None while there is none."""
        path = "/api/2.0/mlflow/registered-models/alias"
        answer = self.admin.get(
            self.stack.url(MLFLOW) + path, params={"name": MODEL, "alias": "champion"}
        )
        return answer.json()["model_version"] if answer.status_code == 200 else None

    def runs(self) -> list[dict[str, str]]:
        """Dagster's runs of the main job, newest first."""
        answer = self.graphql(self.admin, DAGSTER, _RUNS)
        return answer.json()["data"]["runsOrError"]["results"]

    def graphql(self, client: httpx.Client, port: int, query: str) -> httpx.Response:
        """Ask Dagster through the proxy."""
        return client.post(f"{self.stack.url(port)}/graphql", json={"query": query})

    def health(self) -> dict[str, Any]:
        """What `/health` says to a viewer."""
        answer = self.viewer.get(f"{self.stack.url(PAGES)}/health")
        return {line["name"]: line["state"] for line in answer.json()["services"]}

    def doctor(self) -> tuple[int, dict[str, tuple[str, str]]]:
        """Exit code, and part to state and text; in the container of `code`, or one like it."""
        done = self.stack.run("code", "pipeweave", "doctor", "--json")
        checks = json.loads(done.stdout)["checks"]
        return done.returncode, {c["check"]: (c["state"], c["message"]) for c in checks}

    def report_path(self) -> str | None:
        """The address of the data set's report on the pages, None while there is none."""
        page = self.viewer.get(f"{self.stack.url(PAGES)}/datasets/{DATASET}")
        links = (part.split('"')[0] for part in page.text.split('href="')[1:])
        return next((link for link in links if "/reports/" in link), None)

    def _tokens(self) -> list[str]:
        """Tokens of an admin, whom the command line adds, and of a viewer."""
        done = self.stack.run("pages", "python", "-c", _MAKE_PEOPLE, given=self.password + "\n")
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-2:]

    @staticmethod
    def _client(token: str) -> httpx.Client:
        return httpx.Client(
            headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=20
        )
