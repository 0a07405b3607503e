"""The values for Kubernetes, rendered as the chart does, and checked by Dagster's own classes."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema
from dagster._core.run_coordinator import QueuedRunCoordinator

# It takes two seconds to import, so only the process that runs these tests does.
pytestmark = pytest.mark.skipif(find_spec("dagster_k8s") is None, reason="a package of the tests")
VALUES = Path(__file__).parents[2] / "deploy" / "kubernetes" / "values.yaml"
# What the chart writes by itself.
OF_THE_CHART = {
    "dagster_home": "/opt/dagster/dagster_home",
    "instance_config_map": "dagster-instance",
    "postgres_password_secret": "dagster-postgresql-secret",
    "service_account_name": "dagster",
    "load_incluster_config": False,
}


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return yaml.safe_load(VALUES.read_text())


def snake(value: Any) -> Any:
    """Return what the chart makes of its names, at any depth."""
    if isinstance(value, dict):
        return {re.sub(r"(?<!^)(?=[A-Z])", "_", n).lower(): snake(v) for n, v in value.items()}
    return [snake(item) for item in value] if isinstance(value, list) else value


def launcher_config(values: dict[str, Any]) -> dict[str, Any]:
    given = values["runLauncher"]["config"]["k8sRunLauncher"]
    named = {
        snake_name: [entry["name"] for entry in given[name]]
        for name, snake_name in (
            ("envSecrets", "env_secrets"),
            ("envConfigMaps", "env_config_maps"),
        )
    }
    pod = {"resources": given["resources"], "run_k8s_config": snake(given["runK8sConfig"])}
    image = values["dagster-user-deployments"]["deployments"][0]["image"]
    job_image = f"{image['repository']}:{image['tag']}"
    return {**OF_THE_CHART, **named, **pod, "job_image": job_image}


def assert_valid(schema: Any, config: dict[str, Any]) -> None:
    result = validate_config(schema, config)
    assert result.success, [error.message for error in result.errors or []]


def test_the_launcher_takes_its_settings_and_makes_the_pod_of_a_run(
    values: dict[str, Any],
) -> None:
    import dagster_k8s
    from dagster_k8s.job import UserDefinedDagsterK8sConfig, construct_dagster_k8s_job

    config = launcher_config(values)
    assert_valid(dagster_k8s.K8sRunLauncher.config_type(), config)
    with pytest.raises(AssertionError, match="env_secret"):
        assert_valid(
            dagster_k8s.K8sRunLauncher.config_type(), {**config, "env_secret": ["misspelled"]}
        )
    job_config = dagster_k8s.DagsterK8sJobConfig(
        job_image=config["job_image"],
        dagster_home=config["dagster_home"],
        env_secrets=config["env_secrets"],
        env_config_maps=config["env_config_maps"],
        resources=config["resources"],
        instance_config_map=config["instance_config_map"],
        postgres_password_secret=config["postgres_password_secret"],
    )
    user = UserDefinedDagsterK8sConfig.from_dict(config["run_k8s_config"])
    job = construct_dagster_k8s_job(job_config, ["run"], "name", user, "pod")
    pod = job.spec.template.spec
    (container,) = pod.containers
    sources = {(s.secret_ref or s.config_map_ref).name for s in container.env_from}
    assert sources >= {"pipeweave-secrets", "pipeweave-settings"}
    assert container.resources.limits == {"memory": "8Gi"}
    mounts = {mount.name: mount.mount_path for mount in container.volume_mounts}
    assert mounts["scratch"] == "/opt/pipeweave/home"
    assert any(v.name == "scratch" and v.empty_dir is not None for v in pod.volumes)


def test_queue_monitoring_and_logs_are_settings_that_dagster_knows(values: dict[str, Any]) -> None:
    from dagster_aws.s3 import S3ComputeLogManager

    daemon = values["dagsterDaemon"]
    queue = snake(daemon["runCoordinator"]["config"]["queuedRunCoordinator"])
    limits = queue["tag_concurrency_limits"]
    limits[0]["value"] = {"applyLimitPerUniqueValue": True}  # Dagster's own spelling
    assert_valid(QueuedRunCoordinator.config_type(), queue)
    logs = snake(values["computeLogManager"]["config"]["s3ComputeLogManager"])
    assert_valid(S3ComputeLogManager.config_type(), logs)
    monitoring = snake(daemon["runMonitoring"])
    assert_valid(
        {
            name: field
            for name, field in dagster_instance_config_schema().items()
            if name in {"run_monitoring", "run_retries", "telemetry"}
        },
        {
            "run_monitoring": monitoring,
            "run_retries": snake(daemon["runRetries"]),
            "telemetry": values["telemetry"],
        },
    )


def test_every_process_uses_one_image_and_the_same_settings(values: dict[str, Any]) -> None:
    (code,) = values["dagster-user-deployments"]["deployments"]
    processes = [values["dagsterWebserver"], values["dagsterDaemon"], code]
    assert len({str(process["image"]) for process in processes}) == 1
    for process in processes:
        assert process["envSecrets"] == [{"name": "pipeweave-secrets"}]
        assert process["envConfigMaps"] == [{"name": "pipeweave-settings"}]
    assert "pipeweave_dagster.definitions" in code["dagsterApiGrpcArgs"]
    assert values["dagsterWebserver"]["enableReadOnly"]
