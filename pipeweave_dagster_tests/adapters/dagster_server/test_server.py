"""Runs are started, followed and cancelled through Dagster's web server."""

import warnings

import pytest

from pipeweave_dagster.adapters.dagster_server import DagsterServer, Launch, graphql_of, queries
from pipeweave_dagster.adapters.dagster_server.run_errors import error_of_run
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib import partitions
from pipeweave_dagster.services import training_jobs
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.servers.stand_in_dagster import StandInDagster, event

QUERIES = {name: text for name, text in vars(queries).items() if name.isupper() and name[0] != "_"}


@pytest.fixture(scope="module")
def schema():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from dagster_graphql.schema import create_schema

        return create_schema().graphql_schema


@pytest.mark.parametrize("name", QUERIES)
def test_dagsters_schema_has_everything_that_is_asked_for(schema, name):
    from graphql import parse, validate

    assert validate(schema, parse(QUERIES[name])) == []


@pytest.fixture
def dagster():
    return StandInDagster()


def test_a_run_is_queued_for_its_partition_with_configuration_and_assets(dagster):
    launch = Launch(
        "process_dataset", "penguins", {"why": "test"}, {"raw_upload": {"target": "y"}},
        ["raw_upload", "dataset"],
    )  # fmt: skip
    run_id = DagsterServer(dagster).launch(launch)
    (params,) = dagster.launched
    assert params["selector"] == {
        "repositoryName": "__repository__",
        "repositoryLocationName": "pipeweave",
        "jobName": "process_dataset",
        "assetSelection": [{"path": ["raw_upload"]}, {"path": ["dataset"]}],
    }
    assert params["runConfigData"]["ops"] == {"raw_upload": {"config": {"target": "y"}}}
    facts = DagsterServer(dagster).run(run_id)
    assert (facts["dataset"], facts["status"], facts["seconds"]) == ("penguins", "QUEUED", None)


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ({"__typename": "RunConfigValidationInvalid", "errors": [{"message": "bad"}]}, 422),
        ({"__typename": "InvalidSubsetError", "message": "bad"}, 422),
        ({"__typename": "PipelineNotFoundError", "message": "bad"}, 404),
        ({"__typename": "UnauthorizedError", "message": "bad"}, 403),
        ({"__typename": "PythonError", "message": "bad"}, 503),
        ({"__typename": "RunConflict"}, 503),
    ],
)
def test_what_dagster_refuses_has_a_code(dagster, refused, code):
    dagster.refused = refused
    with pytest.raises(PipeWeaveError, match=r"bad|RunConflict") as caught:
        DagsterServer(dagster).launch(Launch("process_dataset", "penguins"))
    assert caught.value.code.http_status == code


def test_without_the_code_server_it_is_unavailable(dagster):
    with pytest.raises(PipeWeaveError, match="no job 'other' at the moment"):
        DagsterServer(dagster).launch(Launch("other", "penguins"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "file:///etc/passwd"])
def test_a_server_that_is_away_is_unavailable(home, monkeypatch, url):
    monkeypatch.setenv("PIPEWEAVE_DAGSTER_URL", url)
    with pytest.raises(PipeWeaveError, match="did not answer") as caught:
        DagsterServer(graphql_of(Settings())).automation()
    assert caught.value.code == "SERVICE_UNAVAILABLE"


STEP = {
    "metadataEntries": [
        {"label": "code", "text": "VALIDATION_ERROR"},
        {"label": "message", "text": "No rows. Add some."},
        {"label": "details", "jsonString": '{"fix": "Add some."}'},
    ]
}


@pytest.mark.parametrize(
    ("status", "events", "text"),
    [
        ("SUCCESS", [], None),
        ("STARTED", [], None),
        ("CANCELED", [], "SERVICE_UNAVAILABLE: The run was cancelled. Start it again."),
        (
            "CANCELED",
            [event("RunCancelingEvent", "exceeded maximum runtime of 60 seconds")],
            "VALIDATION_ERROR: The run took longer than its limit of 60 s",
        ),
        (
            "FAILURE",
            [
                event("ExecutionStepFailureEvent", "failed", failureMetadata=None),
                event("ExecutionStepFailureEvent", "failed", failureMetadata=STEP),
            ],
            "VALIDATION_ERROR: No rows. Add some.",
        ),
        (
            "FAILURE",
            [event("RunFailureEvent", "SERVICE_UNAVAILABLE: It was killed.")],
            "SERVICE_UNAVAILABLE: It was killed.",
        ),
        ("FAILURE", [event("RunFailureEvent", "boom")], "INTERNAL_ERROR: The run failed."),
    ],
)
def test_the_reason_of_a_failure_is_the_one_that_the_command_line_gives(status, events, text):
    error = error_of_run(status, events)
    assert (error is None) == (text is None)
    if error is not None:
        assert f"{error.code}: {error.text}".startswith(text)


def test_the_tags_are_those_of_the_sensors():
    for name in ("UPLOAD_TAG", "UPLOAD_VERSION_TAG", "SETTINGS_VERSION_TAG", "REASON_TAG"):
        assert getattr(training_jobs, name) == getattr(partitions, name)
