"""Who owns which data set: `ownership/OWNERS.json`, one record for all.

One record instead of one per data set: a list of a thousand data sets needs all owners at once.
"""

from collections.abc import Sequence

from pydantic import Field

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Action, Principal, may
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.core.naming import check_slug
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import check_name

_KEY = "ownership/OWNERS.json"
_ATTEMPTS = 20


class Owners(Part):
    """Data set to the name of its owner; what is not in it belongs to all."""

    owners: dict[str, str] = Field(default_factory=dict)


def owners_of(store: DocumentStore) -> dict[str, str]:
    """Return the owner of each data set that has one.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the record is damaged: without it, what is private
            would be shown to all.
    """
    return _read(store)[0]


def set_owner(store: DocumentStore, dataset: str, owner: str | None) -> str | None:
    """Give a data set to somebody, or to all (None); return the owner before.

    It may be given before its first upload.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for names that cannot be, SERVICE_UNAVAILABLE if others
            kept changing owners.
    """
    check_slug(dataset)
    if owner is not None:
        check_name(owner)
    for _ in range(_ATTEMPTS):
        owners, tag = _read(store)
        before = owners.get(dataset)
        if before == owner:
            return before
        others = {name: known for name, known in owners.items() if name != dataset}
        changed = others if owner is None else {**others, dataset: owner}
        if store.records.swap(_KEY, Owners(owners=changed), tag):
            audit.record(store, "owner", dataset, before=before, after=owner)
            return before
    raise unavailable("The owners of data sets kept changing.", fix="Try again.")


def visible(principal: Principal, names: Sequence[str], owners: dict[str, str]) -> list[str]:
    """Return the data sets that somebody may see."""
    return [name for name in names if may(principal, Action.VIEW, owners.get(name))]


def _read(store: DocumentStore) -> tuple[dict[str, str], str | None]:
    """Return the owners with the tag of their record."""
    record, tag = store.records.read_tagged(_KEY, Owners)
    if record is None and tag is not None:
        raise unavailable(
            f"{_KEY} is damaged, so it is unknown what is private.",
            fix="Restore it from a version of the bucket or a backup, or delete it.",
        )
    return (record.owners if record else {}), tag
