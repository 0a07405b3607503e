"""Who owns which data set: `ownership/OWNERS.json`, one record for all.

One record instead of one per data set: a list of a thousand data sets needs all owners at once.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Unpack

from pydantic import Field

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.access import Action, Principal, Role, may
from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import unavailable
from pipeweave_dagster.core.naming import SETTINGS_FILE, check_slug
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.users.directory import check_name

_KEY = "ownership/OWNERS.json"
_ATTEMPTS = 20


class Owners(Part):
    """Data set to the name of its owner; what is not in it belongs to all.

    `shared` are data sets that were given to all, which no settings file claims any more.
    """

    owners: dict[str, str] = Field(default_factory=dict)
    shared: list[str] = Field(default=[], exclude_if=operator.not_)

    def decided(self, dataset: str) -> bool:
        """Return whether somebody has decided on the owner of a data set, or that it has none."""
        return dataset in self.owners or dataset in self.shared

    def with_owner(self, dataset: str, owner: str | None, *, shared: bool = False) -> "Owners":
        """Return the record with another owner of a data set, or none."""
        owners = {name: known for name, known in self.owners.items() if name != dataset}
        others = {*self.shared} - {dataset}
        return Owners(
            owners=owners if owner is None else {**owners, dataset: owner},
            shared=sorted({*others, dataset} if shared else others),
        )


def owners_of(store: DocumentStore) -> dict[str, str]:
    """Return the owner of each data set that has one.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the record is damaged: without it, what is private
            would be shown to all.
    """
    return all_owners(store).owners


def all_owners(store: DocumentStore) -> Owners:
    """Return the record of all owners; raises as `owners_of`."""
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
    before = _change(store, dataset, lambda o: o.with_owner(dataset, owner, shared=owner is None))
    return before.owners.get(dataset)


def forget_owner(store: DocumentStore, dataset: str) -> None:
    """Forget who owned a data set that is no more.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if others kept changing owners.
    """
    _change(store, dataset, lambda owners: owners.with_owner(dataset, None))


def copy_owner(store: DocumentStore, old: str, new: str) -> None:
    """Let a data set belong to whom another one belongs.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if others kept changing owners.
    """
    _change(
        store,
        new,
        lambda o: o.with_owner(new, o.owners.get(old), shared=old in o.shared),
    )


def claim(store: DocumentStore, dataset: str, named: str | None, by: str) -> str:
    """Give a data set to whom its settings file names, where nobody has decided on its owner.

    Args:
        store: Where the owners are.
        dataset: The data set.
        named: `owner` of its `pipeweave.yaml`.
        by: What has read it, for the audit log: a run, the sensor.

    Returns:
        A note if it belongs to somebody else; empty otherwise.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the record is damaged or others kept changing it.
    """
    if named is None:
        return ""

    def decide(owners: Owners) -> Owners:
        return owners if owners.decided(dataset) else owners.with_owner(dataset, named)

    reader = Principal(by, Role.ADMIN)
    before = _change(store, dataset, decide, reader, reason=f"named in {SETTINGS_FILE}")
    return claim_note(dataset, named, decide(before).owners.get(dataset))


def claim_note(dataset: str, named: str | None, owner: str | None) -> str:
    """Return a note if a settings file names somebody other than the owner; empty otherwise."""
    if named is None or named == owner:
        return ""
    whose = f"to {owner}" if owner else "to all"
    return (
        f"{SETTINGS_FILE} names {named} as the owner, but the data set belongs {whose}. Only this"
        f" command changes it: pipeweave datasets owner {dataset} {named}"
    )


def visible(principal: Principal, names: Sequence[str], owners: dict[str, str]) -> list[str]:
    """Return the data sets that somebody may see."""
    return [name for name in names if may(principal, Action.VIEW, owners.get(name))]


def _change(
    store: DocumentStore,
    dataset: str,
    decide: Callable[[Owners], Owners],
    who: Principal | None = None,
    **facts: Unpack[audit.Facts],
) -> Owners:
    """Change the record, also while others do; return it as it was before."""
    for _ in range(_ATTEMPTS):
        before, tag = _read(store)
        after = decide(before)
        if after == before:
            return before
        if store.records.swap(_KEY, after, tag):
            facts["before"], facts["after"] = (o.owners.get(dataset) for o in (before, after))
            audit.record(store, "owner", dataset, who, **facts)
            return before
    raise unavailable("The owners of data sets kept changing.", fix="Try again.")


def _read(store: DocumentStore) -> tuple[Owners, str | None]:
    """Return the owners with the tag of their record."""
    record, tag = store.records.read_tagged(_KEY, Owners)
    if record is None and tag is not None:
        raise unavailable(
            f"{_KEY} is damaged, so it is unknown what is private.",
            fix="Restore it from a version of the bucket or a backup, or delete it.",
        )
    return record or Owners(), tag
