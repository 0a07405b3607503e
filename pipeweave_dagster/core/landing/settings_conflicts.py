"""Refuse settings that contradict each other, whatever the data."""

from collections.abc import Iterator

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.column_names import fold_name


def refuse_conflicts(settings: DatasetSettings, where: str) -> None:
    """Refuse costs that decide everything, one column in two roles, and hidden ones that are shown.

    Raises:
        PipeWeaveError: VALIDATION_ERROR that names the keys.
    """
    for key, reason, fix in (*_costs(settings), *_roles(settings), *_hidden(settings)):
        raise validation_error(f"{where}: {reason}", fix=fix, key=key)


def _costs(settings: DatasetSettings) -> Iterator[tuple[str, str, str]]:
    if settings.costs is None:
        return
    costs = {
        "false_positive": (settings.costs.false_positive, "positive"),
        "false_negative": (settings.costs.false_negative, "negative"),
    }
    for name, (cost, predicted) in costs.items():
        if cost == 0:
            reason = (
                f"a cost of 0 for 'costs.{name}' makes it cheapest to predict every row "
                f"{predicted}, whatever the model says."
            )
            fix = "Give both errors a cost above 0; only their ratio matters."
            yield f"costs.{name}", reason, fix


def _roles(settings: DatasetSettings) -> Iterator[tuple[str, str, str]]:
    if settings.target is None:
        return
    split = settings.split
    others = {
        "weight": settings.weight,
        "id": settings.id,
        "split.time": split.time,
        "split.group": split.group,
        "split.fold": split.fold,
    }
    for key, name in others.items():
        if name is not None and fold_name(name) == fold_name(settings.target):
            yield (
                key,
                f"the column {name!r} is both the target and {key!r}.",
                f"Name another column as {key!r}, or remove it.",
            )


_OF_HASHES = {None, "text", "categorical", "identifier"}
_WHY = {
    "mask": "is shown nowhere",
    "hash": "has texts without order",
    "drop": "is not in the table",
}


def _hidden(settings: DatasetSettings) -> Iterator[tuple[str, str, str]]:
    """Yield the columns whose values are to be hidden, and that another setting needs or shows."""
    split = settings.split
    shown: dict[str, list[str | None]] = {
        "target": [settings.target],
        "id": [settings.id],
        "keep": [*settings.keep],
        "split.time": [split.time],
    }
    read: dict[str, list[str | None]] = {
        "weight": [settings.weight],
        "split.group": [split.group],
        "split.fold": [split.fold],
        "sensitive": [*settings.sensitive],
    }
    for name, setting in settings.columns.items():
        if setting.privacy == "hash" and setting.type not in _OF_HASHES:
            yield (
                "columns",
                f"the hashes of {name!r} cannot be of type {setting.type!r}.",
                f"Set one of {', '.join(sorted(filter(None, _OF_HASHES)))}, or another `privacy`.",
            )
        policy, folded = setting.privacy, fold_name(name)
        unread = {"weight": [settings.weight], "split.time": [split.time]}
        refused = {"mask": shown, "hash": unread, "drop": {**shown, **read}}
        for key, names in refused.get(policy or "", {}).items():
            if not any(other is not None and fold_name(other) == folded for other in names):
                continue
            why = _WHY[policy or ""]
            yield (
                key,
                f"the column {name!r} {why} with `privacy: {policy}`, but {key!r} needs it.",
                f"Remove it from {key!r}, or change its `privacy`.",
            )
