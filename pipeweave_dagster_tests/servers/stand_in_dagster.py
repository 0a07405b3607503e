"""A stand-in for Dagster's GraphQL endpoint: runs that exist, are started and are cancelled."""

import uuid
from typing import Any

from pipeweave_dagster.adapters.dagster_server import queries
from pipeweave_dagster.core.asset_catalog import CATALOG


def run(run_id: str, status: str = "SUCCESS", dataset: str | None = "penguins") -> dict[str, Any]:
    """A run as Dagster shows it."""
    tags = [{"key": "dagster/partition", "value": dataset}] if dataset else []
    ended = status in {"SUCCESS", "FAILURE", "CANCELED"}
    return {
        "__typename": "Run", "runId": run_id, "jobName": "process_dataset", "status": status,
        "startTime": 1.7e9, "endTime": 1.7e9 + 12.34 if ended else None, "tags": tags,
    }  # fmt: skip


def event(kind: str, message: str, **facts: Any) -> dict[str, Any]:
    """An entry of a run's log."""
    return {
        "__typename": kind, "timestamp": "1700000000123", "level": "INFO", "stepKey": None,
        "eventType": None, "message": message, **facts,
    }  # fmt: skip


class StandInDagster:
    """Answers the queries of `adapters.dagster_server`; set `away` to have it not respond."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.launched: list[dict[str, Any]] = []
        self.away: Exception | None = None
        self.refused: dict[str, Any] | None = None

    def add(self, status: str = "SUCCESS", dataset: str | None = "penguins") -> str:
        """Add a run, and return its id."""
        run_id = str(uuid.uuid4())
        self.runs[run_id] = run(run_id, status, dataset)
        return run_id

    def __call__(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Answer one query."""
        if self.away is not None:
            raise self.away
        return {
            queries.LOCATION: self._location,
            queries.AUTOMATION: self._automation,
            queries.ADD_PARTITION: self._add_partition,
            queries.LAUNCH: self._launch,
            queries.RUN: self._run,
            queries.RUNS: self._runs,
            queries.EVENTS: self._events,
            queries.TERMINATE: self._terminate,
        }[query](variables)

    def _location(self, _: dict[str, Any]) -> dict[str, Any]:
        nodes = [
            {"assetKey": {"path": [a.name]}, "jobNames": [a.job], "opNames": [a.name]}
            for a in CATALOG
        ]
        node = {
            "name": "__repository__", "location": {"name": "pipeweave"},
            "jobs": [{"name": "process_dataset"}], "assetNodes": nodes,
        }  # fmt: skip
        return {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}

    def _automation(self, _: dict[str, Any]) -> dict[str, Any]:
        schedule = {
            "name": "retrain_due", "cronSchedule": "*/10 * * * *",
            "pipelineName": "process_dataset", "description": None,
            "scheduleState": {"status": "RUNNING"},
        }  # fmt: skip
        sensor = {
            "name": "uploads", "minIntervalSeconds": 3, "description": "Starts runs.",
            "targets": [{"pipelineName": "process_dataset"}], "sensorState": {"status": "STOPPED"},
        }  # fmt: skip
        node = {
            "jobs": [{"name": "process_dataset"}], "schedules": [schedule], "sensors": [sensor],
        }  # fmt: skip
        return {"repositoriesOrError": {"__typename": "RepositoryConnection", "nodes": [node]}}

    def _add_partition(self, variables: dict[str, Any]) -> dict[str, Any]:
        assert variables["name"] == "datasets"
        return {"addDynamicPartition": {"__typename": "DuplicateDynamicPartitionError"}}

    def _launch(self, variables: dict[str, Any]) -> dict[str, Any]:
        if self.refused is not None:
            return {"launchRun": self.refused}
        params = variables["params"]
        self.launched.append(params)
        tags = {tag["key"]: tag["value"] for tag in params["executionMetadata"]["tags"]}
        run_id = self.add("QUEUED", tags["dagster/partition"])
        self.runs[run_id]["tags"] = params["executionMetadata"]["tags"]
        return {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": run_id}}}

    def _run(self, variables: dict[str, Any]) -> dict[str, Any]:
        missing = {"__typename": "RunNotFoundError", "message": "Run could not be found."}
        return {"runOrError": self.runs.get(variables["run"], missing)}

    def _runs(self, variables: dict[str, Any]) -> dict[str, Any]:
        wanted = {tag["value"] for tag in variables["filter"].get("tags", [])}
        found = [
            r
            for r in reversed(self.runs.values())
            if not wanted or wanted <= {tag["value"] for tag in r["tags"]}
        ]
        return {"runsOrError": {"__typename": "Runs", "results": found[: variables["limit"]]}}

    def _events(self, variables: dict[str, Any]) -> dict[str, Any]:
        known = self.events.get(variables["run"], [])
        start = int(variables["cursor"] or 0)
        part = known[start : start + 2]
        after = start + len(part)
        facts = {"cursor": str(after), "hasMore": after < len(known), "events": part}
        return {"logsForRun": {"__typename": "EventConnection", **facts}}

    def _terminate(self, variables: dict[str, Any]) -> dict[str, Any]:
        self.runs[variables["run"]]["status"] = "CANCELING"
        return {"terminateRun": {"__typename": "TerminateRunSuccess"}}
