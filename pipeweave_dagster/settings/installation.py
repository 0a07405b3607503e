"""All settings of an installation, and what follows from them."""

from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import model_validator

from pipeweave_dagster.settings.advice import Advice
from pipeweave_dagster.settings.connections import Alerts, Bucket, Links, Places, Services
from pipeweave_dagster.settings.environment import EnvironmentSettings
from pipeweave_dagster.settings.limits import Limits, Retention
from pipeweave_dagster.settings.login import Login
from pipeweave_dagster.settings.secret_strength import check_secrets

_MB = 1 << 20
_BESIDE_TRAINING_S = 1800
_GROUPS: dict[str, type[EnvironmentSettings]] = {
    "places": Places,
    "S3": Bucket,
    "services": Services,
    "advice": Advice,
    "limits": Limits,
    "retention": Retention,
    "alerts": Alerts,
    "login": Login,
    "links": Links,
}
GROUPS = {name: tuple(group.__annotations__) for name, group in _GROUPS.items()}
"""The names of the settings by group, in the order in which `pipeweave config show` lists them."""


class Settings(Places, Bucket, Services, Advice, Limits, Retention, Alerts, Login, Links):
    """Settings from the environment, then from `.env` in the working folder, then the defaults.

    Example:
        >>> Settings(home="/srv/pipeweave", storage="s3://bucket/prefix").storage_is_s3
        True
    """

    @model_validator(mode="after")
    def _strong_secrets(self) -> Self:
        check_secrets(self._secrets(), self.profile)
        return self

    def _secrets(self) -> dict[str, str]:
        """Return the secrets that are set and were chosen by the user (a Google key is not)."""
        addresses = {
            "DATABASE_URL": self.secret("database_url"),
            "MLFLOW_TRACKING_URI": self.mlflow_tracking_uri,
            "MLFLOW_BACKEND_STORE_URI": self.secret("mlflow_backend_store_uri"),
        }
        secrets = {
            "AWS_SECRET_ACCESS_KEY": self.secret("aws_secret_access_key"),
            "PIPEWEAVE_SERVE_TOKEN": self.secret("serve_token"),
            "JWT_SECRET_KEY": self.secret("jwt_secret_key"),
            "PIPEWEAVE_PRIVACY_KEY": self.secret("privacy_key"),
            **{f"the password in {n}": urlsplit(a or "").password for n, a in addresses.items()},
        }
        return {name: secret for name, secret in secrets.items() if secret}

    @cached_property
    def storage_url(self) -> str:
        """The storage's root: PIPEWEAVE_STORAGE, else S3_BUCKET, else a folder below home."""
        if self.storage:
            return self.storage
        return f"s3://{self.s3_bucket}" if self.s3_bucket else str(self.home / "storage")

    @property
    def storage_is_s3(self) -> bool:
        """Whether the storage is a bucket."""
        return self.storage_url.startswith("s3://")

    @property
    def storage_folder(self) -> Path:
        """The folder of a local storage."""
        return Path(self.storage_url.removeprefix("file://")).expanduser().absolute()

    @property
    def bucket_and_prefix(self) -> tuple[str, str]:
        """Bucket and prefix of an S3 storage."""
        bucket, _, prefix = self.storage_url.removeprefix("s3://").partition("/")
        return bucket, prefix

    @property
    def tracking_uri(self) -> str:
        """MLflow's store: a server or database, else a schema of DATABASE_URL, else SQLite."""
        if self.mlflow_tracking_uri:
            return self.mlflow_tracking_uri
        database = self.secret("database_url")
        if database is None:
            return f"sqlite:///{self.home / 'mlflow.db'}"
        # Dagster and MLflow both have a table `runs`.
        joint = "&" if "?" in database else "?"
        return f"{database}{joint}options=-csearch_path%3Dmlflow"

    @property
    def artifact_root(self) -> str | None:
        """Where MLflow keeps artifacts, unless a server decides that."""
        return None if self.mlflow_tracking_uri else (self.home / "mlartifacts").as_uri()

    @property
    def max_dataset_bytes(self) -> int:
        """Largest upload that is read, in bytes."""
        return self.max_dataset_size_mb * _MB

    @property
    def dagster_home(self) -> Path:
        """Dagster's home, the same for every command.

        Each kind of database has its own, because `dagster.yaml` in it configures the database.
        """
        own = self.home / ("dagster-postgres" if self.database_url else "dagster")
        return self.dagster_home_given or own

    @property
    def cache_folder(self) -> Path:
        """Local copies of remote objects, and scratch space."""
        return self.home / "cache"

    @staticmethod
    def needed_s(budget_s: float) -> float:
        """Return the least time limit for a run with this budget, which may be exceeded by 10 %."""
        return 1.1 * budget_s

    def run_limit_s(self, budget_s: float) -> float:
        """Return the time limit of a run with this training budget, in seconds.

        A limit that is set applies as it is. Otherwise a long budget gets half an hour extra, for
        reading, checking and evaluating.
        """
        if "task_time_limit_s" in self.model_fields_set:
            return self.task_time_limit_s
        return max(self.task_time_limit_s, self.needed_s(budget_s) + _BESIDE_TRAINING_S)
