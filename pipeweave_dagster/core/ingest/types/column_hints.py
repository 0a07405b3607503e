"""What the settings of a data set say about columns and affects how their texts are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeweave_dagster.core.documents import ColumnSetting
from pipeweave_dagster.core.ingest.types.column_types import (
    NUMERIC_TYPES,
    affects_reading,
    parse_column_type,
)
from pipeweave_dagster.core.ingest.types.value_parsers import Parser


@dataclass(frozen=True)
class ColumnHints:
    """Settings of columns by index.

    Attributes:
        parsers: How the values are read.
        numeric: Columns declared to be numbers.
        whole: Columns declared to be whole numbers.
        missing: Texts that stand for a missing value.
    """

    parsers: Mapping[int, Parser] = field(default_factory=dict)
    numeric: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    missing: Mapping[int, frozenset[str]] = field(default_factory=dict)


NO_HINTS = ColumnHints()


def column_hints(settings: Mapping[str, ColumnSetting], names: list[str]) -> ColumnHints:
    """Return the settings of the columns with these names, whatever their case.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` for an unknown type.
    """
    given = {name.strip().casefold(): (name, setting) for name, setting in settings.items()}
    places = {i: given[n.casefold()] for i, n in enumerate(names) if n.casefold() in given}
    types = {i: setting.type for i, (_, setting) in places.items()}
    parsers = {
        i: parser
        for i, (name, setting) in places.items()
        if setting.type and affects_reading(setting.type)
        if (parser := parse_column_type(setting.type, name).parser) is not None
    }
    return ColumnHints(
        parsers=parsers,
        numeric=frozenset(i for i, type_ in types.items() if type_ in NUMERIC_TYPES),
        whole=frozenset(i for i, type_ in types.items() if type_ == "integer"),
        missing={i: frozenset(s.missing) for i, (_, s) in places.items() if s.missing},
    )
