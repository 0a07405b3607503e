"""Start, follow and cancel runs, and list what starts by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeweave_dagster.adapters.dagster_server import queries
from pipeweave_dagster.adapters.dagster_server.graphql import GraphQL, checked
from pipeweave_dagster.adapters.dagster_server.launches import PARTITION_TAG, Launch, params_of
from pipeweave_dagster.core.errors import unavailable

PARTITIONS = "datasets"
_EVENTS = 500


class DagsterServer:
    """Dagster as its web server shows it. All methods may raise SERVICE_UNAVAILABLE.

    Args:
        ask: Sends a query; see `graphql_of`.
    """

    def __init__(self, ask: GraphQL) -> None:
        self._ask = ask

    def launch(self, launch: Launch) -> str:
        """Queue a run, and return its id.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if Dagster does not accept its configuration.
        """
        repository = self._repository_with(launch.job)
        place = {
            "repositoryName": repository["name"],
            "repositoryLocationName": repository["location"]["name"],
        }
        added = self._ask(
            queries.ADD_PARTITION,
            {"key": launch.dataset, "name": PARTITIONS, "repository": place},
        )["addDynamicPartition"]
        checked(added, "AddDynamicPartitionSuccess", "DuplicateDynamicPartitionError")
        params = params_of(launch, place, repository["assetNodes"])
        started = self._ask(queries.LAUNCH, {"params": params})["launchRun"]
        run_id: str = checked(started, "LaunchRunSuccess")["run"]["runId"]
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run; see `run_facts`.

        Raises:
            PipeWeaveError: NOT_FOUND if there is none.
        """
        return run_facts(checked(self._ask(queries.RUN, {"run": run_id})["runOrError"], "Run"))

    def runs(self, filters: Mapping[str, Any], limit: int, cursor: str | None = None) -> list[Any]:
        """Return the latest runs, newest first.

        Args:
            filters: Of Dagster's type `RunsFilter`.
            limit: How many at most.
            cursor: Id of the run after which the list begins.
        """
        variables = {"filter": dict(filters), "limit": limit, "cursor": cursor}
        found = checked(self._ask(queries.RUNS, variables)["runsOrError"], "Runs")
        return [run_facts(run) for run in found["results"]]

    def events(self, run_id: str, cursor: str | None = None) -> tuple[list[Any], str, bool]:
        """Return events of a run after a cursor, the next cursor, and whether there are more."""
        variables = {"run": run_id, "cursor": cursor, "limit": _EVENTS}
        found = checked(self._ask(queries.EVENTS, variables)["logsForRun"], "EventConnection")
        return found["events"], found["cursor"], found["hasMore"]

    def all_events(self, run_id: str) -> Iterator[dict[str, Any]]:
        """Yield all events that a run has so far, the oldest first."""
        cursor, more = None, True
        while more:
            events, cursor, more = self.events(run_id, cursor)
            yield from events

    def cancel(self, run_id: str) -> None:
        """Have a run canceled; it may take some seconds until all of its processes have ended.

        Raises:
            PipeWeaveError: NOT_FOUND if there is no such run, VALIDATION_ERROR if it cannot be.
        """
        done = self._ask(queries.TERMINATE, {"run": run_id})["terminateRun"]
        checked(done, "TerminateRunSuccess")

    def automation(self) -> list[dict[str, Any]]:
        """Return the schedules and sensors of PipeWeave's code location, as `schedule ls` does."""
        found = self._repository_with("process_dataset", queries.AUTOMATION)
        return [*map(_schedule, found["schedules"]), *map(_sensor, found["sensors"])]

    def _repository_with(self, job: str, query: str = queries.LOCATION) -> dict[str, Any]:
        answer = self._ask(query, {})["repositoriesOrError"]
        for node in checked(answer, "RepositoryConnection")["nodes"]:
            if any(known["name"] == job for known in node["jobs"]):
                repository: dict[str, Any] = node
                return repository
        raise unavailable(
            f"Dagster's web server has no job {job!r} at the moment.",
            fix="See its page of code locations: the code server may not have started yet.",
        )


def run_facts(run: dict[str, Any]) -> dict[str, Any]:
    """Return what lists show about a run; times are in seconds since 1970."""
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    start, end = run["startTime"], run["endTime"]
    return {
        "run_id": run["runId"],
        "job": run["jobName"],
        "dataset": tags.get(PARTITION_TAG),
        "status": run["status"],
        "started": start,
        "seconds": round(end - start, 1) if start and end else None,
        "reason": tags.get("pipeweave/reason"),
    }


def _schedule(schedule: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": schedule["name"],
        "kind": "schedule",
        "when": schedule["cronSchedule"],
        "starts": schedule["pipelineName"],
        "running": schedule["scheduleState"]["status"] == "RUNNING",
        "description": schedule["description"],
    }


def _sensor(sensor: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": sensor["name"],
        "kind": "sensor",
        "when": f"every {sensor['minIntervalSeconds']} s",
        "starts": ", ".join(target["pipelineName"] for target in sensor["targets"] or []),
        "running": sensor["sensorState"]["status"] == "RUNNING",
        "description": sensor["description"],
    }
