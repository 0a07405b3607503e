"""Ask a Dagster web server what its pages would ask."""

import json
import urllib.request
from typing import Any


def ask(url: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL answer; fails on errors, which name the query."""
    request = urllib.request.Request(
        f"{url}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert "errors" not in answer, f"{query}: {answer.get('errors')}"
    return answer["data"]


def runs(url: str) -> list[dict[str, Any]]:
    """All runs, newest first: `runId`, `status` and tags as a dict."""
    query = "{ runsOrError { ... on Runs { results { runId status tags { key value } } } } }"
    results = ask(url, query)["runsOrError"]["results"]
    return [{**r, "tags": {tag["key"]: tag["value"] for tag in r["tags"]}} for r in results]


def terminate(url: str, run_id: str) -> None:
    """Cancel a run as the button of the web UI does."""
    query = """mutation Terminate($run: String!) {
      terminateRun(runId: $run, terminatePolicy: SAFE_TERMINATE) { __typename }
    }"""
    kind = ask(url, query, run=run_id)["terminateRun"]["__typename"]
    assert kind == "TerminateRunSuccess", kind
