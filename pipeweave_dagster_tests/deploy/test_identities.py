"""Each service has its own identity in the store, which may do what that service does."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.commands.user_policy import s3_policy
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.services.landing_policies import landing_policy
from pipeweave_dagster.services.ownership import Owners, set_owner
from pipeweave_dagster_tests.deploy import compose
from pipeweave_dagster_tests.deploy.test_files import made_secrets
from pipeweave_dagster_tests.servers.s3 import ADMIN, serve_seaweedfs

pytestmark = pytest.mark.server
SERVE = compose.ROOT / "docker-compose.serve.yml"
_KEYS = ("raw/x", "mlflow/1/model", "dagster-logs/log")


class Store:
    """SeaweedFS with the identities of docker-compose.yml, besides the one of the tests."""

    def __init__(self, endpoint: str, environments: dict[str, dict[str, str]]) -> None:
        self.endpoint, self.environments = endpoint, environments

    def client(self, service: str) -> Any:
        given = self.environments[service]
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
        )

    def allowed(self, service: str) -> set[str]:
        """What a service may do, of reading, writing and listing the folders of `_KEYS`."""
        client, found = self.client(service), set()
        for key in _KEYS:
            folder = key.split("/")[0]
            where = {"Bucket": "pipeweave", "Key": key}
            acts = {
                "write": lambda where=where: client.put_object(**where, Body=b"x"),
                "read": lambda where=where: client.get_object(**where),
                "list": lambda folder=folder: client.list_objects_v2(
                    Bucket="pipeweave", Prefix=f"{folder}/"
                ),
                "delete": lambda where=where: client.delete_object(**where),
            }
            found |= {f"{name} {folder}" for name, act in acts.items() if _works(act)}
        return found


def _works(act: Any) -> bool:
    try:
        act()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in {"NoSuchKey", "AccessDenied"}:
            raise
        return bool(code == "NoSuchKey")
    return True


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store")
    variables = made_secrets(folder / ".env")
    services = compose.read(variables)
    environments = {name: service.environment for name, service in services.items()}
    written = yaml.safe_load(SERVE.read_text())["services"]["serve"]["environment"]
    environments["serve"] = {
        name: variables[written[name][2:].partition(":")[0]]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    text = services["s3"].files["/etc/seaweedfs/identities.json"]
    identities = [ADMIN, *json.loads(text)["identities"]]
    environments["ada"] = {"AWS_ACCESS_KEY_ID": "ada", "AWS_SECRET_ACCESS_KEY": "a" * 40}
    keys = {"accessKey": "ada", "secretKey": "a" * 40}
    identities.append({"name": "ada", "credentials": [keys], "policyNames": ["own"]})
    policies = {"own": landing_policy("pipeweave", "", ["churn", "loans"])}
    with serve_seaweedfs(folder, identities, policies) as server:
        yield Store(server.endpoint, environments)


def of_all(*acts: str) -> set[str]:
    return {f"{act} {key.split('/')[0]}" for act in acts for key in _KEYS}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("code", of_all("write", "read", "list", "delete")),
        ("pages", of_all("write", "read", "list", "delete")),
        ("serve", of_all("read", "list")),
        ("mlflow", {"write mlflow", "read mlflow", "list mlflow", "delete mlflow"}),
        ("web", {"read dagster-logs", "list dagster-logs"}),
        ("web-readonly", {"read dagster-logs", "list dagster-logs"}),
    ],
)
def test_a_service_may_do_what_it_needs(store: Store, service: str, expected: set[str]) -> None:
    """All of them shared one key, with which each could have done everything."""
    assert store.allowed(service) == expected


@pytest.mark.parametrize("service", ["code", "pages", "serve", "mlflow", "web"])
def test_nobody_makes_buckets_or_reads_others(store: Store, service: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        store.client(service).create_bucket(Bucket="another")


def test_an_owner_puts_and_lists_files_of_their_own_data_sets_alone(store: Store) -> None:
    """With the policy that `pipeweave users s3-policy` prints."""
    ada, everything = store.client("ada"), store.client("code")
    where = {"Bucket": "pipeweave"}

    def puts(key: str) -> bool:
        return _works(lambda: ada.put_object(**where, Key=key, Body=b"x"))

    def lists(prefix: str) -> bool:
        return _works(lambda: ada.list_objects_v2(**where, Prefix=prefix))

    own = ["uploads/churn/a.csv", "predict/churn/a.csv", "labels/loans/deep/a.csv"]
    others = ["uploads/churn2/a.csv", "uploads/a.csv", "raw/a", "users/ada.json", "sources/a.yaml"]
    others += ["uploads/churn/churn.pull.json", "xuploads/churn/a.csv"]
    assert [key for key in own + others if puts(key)] == own
    assert everything.get_object(**where, Key=own[0])["Body"].read() == b"x"
    prefixes = [
        "uploads/churn/",
        "uploads/churn/a",
        "uploads/churn",
        "uploads/churn2/",
        "uploads/",
        "",
    ]
    assert [prefix for prefix in prefixes if lists(prefix)] == prefixes[:2]
    assert not _works(lambda: ada.get_object(**where, Key=own[0]))
    assert not _works(lambda: ada.delete_object(**where, Key=own[0]))


def test_the_command_prints_the_policy_of_an_owner(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = {"PIPEWEAVE_STORAGE": "s3://pipeweave/x", "S3_ENDPOINT_URL": store.endpoint}
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    for name, value in (place | {n: store.environments["code"][n] for n in keys}).items():
        monkeypatch.setenv(name, value)
    home.settings.cache_clear()
    settings = home.settings()
    documents = DocumentStore(open_storage(settings), settings.cache_folder)
    set_owner(documents, "churn", "ada")
    s3_policy("ada")
    printed = capsys.readouterr()
    assert json.loads(printed.out) == landing_policy("pipeweave", "x", ["churn"])
    assert not printed.err
    many = {f"churn{number}": "ada" for number in range(60)}
    documents.records.write("ownership/OWNERS.json", Owners(owners=many))
    s3_policy("ada")
    assert "a managed policy of AWS at most 6,144" in capsys.readouterr().err
    home.settings.cache_clear()
