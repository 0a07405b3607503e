"""The features of a model that the settings of its data set name, in any spelling."""

from collections.abc import Iterable

from pipeweave_dagster.core.documents import DatasetSettings, TrainedModel
from pipeweave_dagster.core.model.column_names import fold_name


def features_named(trained: TrainedModel, names: Iterable[str]) -> list[str]:
    """Return the features of a model that are among columns, spelled as in the table or the file.

    Args:
        trained: The model.
        names: Names of columns, as they are in the settings.
    """
    folded = {*map(fold_name, names)}
    original = {column.name: column.original_name for column in trained.columns}
    return [
        name
        for name in trained.features
        if folded & {fold_name(name), fold_name(original.get(name, name))}
    ]


def dropped_features(given: DatasetSettings, trained: TrainedModel) -> list[str]:
    """Return the features of a model that the settings drop now."""
    dropped = [n for n, column in given.columns.items() if column.drop or column.privacy == "drop"]
    return features_named(trained, dropped)
