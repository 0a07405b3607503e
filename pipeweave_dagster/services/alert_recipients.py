"""All recipients of alerts that settings name, and what is wrong with their addresses."""

from typing import NamedTuple

from pipeweave_dagster.adapters.notifier import check_address
from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.documents import RawUpload
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services.alerting import address_of, alert_setting
from pipeweave_dagster.services.dataset_problems import contained
from pipeweave_dagster.settings import Settings, alert_variable


class Recipient(NamedTuple):
    """A recipient.

    Attributes:
        name: As in `alerts: {to: [...]}`.
        variable: The environment variable with the address.
        problem: Why no alert can reach it, as far as is known without sending one.
    """

    name: str
    variable: str
    problem: str


def recipients(store: DocumentStore, settings: Settings) -> list[Recipient]:
    """Return the recipients of the installation and of all data sets."""
    names = dict.fromkeys(alert_setting(store, settings, "").to)
    for dataset in store.datasets():
        with contained(dataset):
            upload = store.latest(dataset, "raw_upload", RawUpload)
            names |= dict.fromkeys(upload.settings.alerts.to if upload else [])
    return [Recipient(n, alert_variable(n) or "-", problem_of(settings, n)) for n in names]


def problem_of(settings: Settings, recipient: str) -> str:
    """Return why no alert can reach a recipient; empty if nothing is known."""
    try:
        check_address(address_of(settings, recipient))
    except PipeWeaveError as error:
        return error.text
    return ""
