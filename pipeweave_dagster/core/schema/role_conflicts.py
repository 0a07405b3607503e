"""Refuse settings that give a column two roles, or show a masked one."""

from pipeweave_dagster.core.documents import ColumnDeduction, DatasetSettings, DatasetSnapshot
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_lookup import names_with_privacy
from pipeweave_dagster.core.schema.column_overrides import spellings_of


def refuse_two_roles(target: str | None, special_roles: dict[str, str]) -> None:
    """Refuse a target that is also the weight or the id."""
    role = special_roles.get(target or "")
    if role is not None:
        raise validation_error(
            f"The column {target!r} is both the target and the {role}.",
            fix="Name another column in pipeweave.yaml, or set another `target:`.",
            column=target,
        )


def refuse_hidden_target(target: str | None, columns: list[ColumnDeduction]) -> None:
    """Refuse a masked target."""
    if any(c.name == target and c.privacy == "mask" for c in columns):
        raise validation_error(
            f"The target {target!r} cannot be masked: every prediction shows its values.",
            fix=f"Set `columns: {{{target}: {{privacy: allow}}}}` if it may be shown, or another"
            " `target:`.",
            column=target,
        )


def refuse_masked_roles(
    columns: list[ColumnDeduction], snapshot: DatasetSnapshot, settings: DatasetSettings
) -> None:
    """Refuse columns that are masked by default where another setting shows their values.

    Columns with `privacy: mask` of their own are refused when the settings are read.
    """
    shown: dict[str, list[str | None]] = {
        "id": [settings.id],
        "keep": [*settings.keep],
        "split.time": [settings.split.time],
    }
    decided = names_with_privacy(settings)
    for column in columns:
        spellings = spellings_of(column.name, snapshot)
        if column.privacy != "mask" or spellings & decided:
            continue
        for key, names in shown.items():
            if spellings & {fold_name(name) for name in names if name is not None}:
                raise validation_error(
                    f"The column {column.name!r} looks personal, so it is shown nowhere with"
                    f" `privacy_default: mask`, but {key!r} needs it.",
                    fix=f"Set `columns: {{{column.name}: {{privacy: allow}}}}` (or `hash`, for id"
                    f" and keep), or remove it from {key!r}.",
                    key=key,
                    column=column.name,
                )
