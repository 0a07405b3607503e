"""Column types of `pipeweave.yaml` have one parser, one error and one remedy."""

import pytest

from pipeweave_dagster.core.documents import ColumnSetting
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest.types.column_types import (
    affects_reading,
    column_type_setting,
    parse_column_type,
)
from pipeweave_dagster.core.ingest.types.date_parsers import DATES, DATETIMES, TIMES
from pipeweave_dagster.core.ingest.types.value_parsers import TEXT


@pytest.mark.parametrize(
    ("setting", "semantic"),
    [("categorical", "categorical"), ("integer", "numeric"), ("date", "datetime")],
)
def test_types_without_a_format_leave_reading_to_inference(setting, semantic):
    assert parse_column_type(setting, "a").semantic == semantic
    assert parse_column_type(setting, "a").parser is None
    assert not affects_reading(setting)


def test_text_and_formats_determine_how_a_column_is_read():
    assert parse_column_type("text", "a").parser is TEXT
    for parser in (*DATES, *DATETIMES, *TIMES):
        setting = column_type_setting(parser)
        assert affects_reading(setting)
        assert parse_column_type(setting, "a").parser is parser
        assert parse_column_type(setting, "a").semantic == "datetime"


@pytest.mark.parametrize("setting", ["catagorical", "date:%Q", "time:%d/%m/%Y", "text:x", ":"])
def test_the_reader_and_the_schema_refuse_an_unknown_type_alike(setting, read, version):
    errors = []
    for run in (
        lambda: parse_column_type(setting, "a"),
        lambda: version("a,y\n" + "1,2\n" * 30, columns={"a": ColumnSetting(type=setting)}),
        lambda: read("a,y\n" + "1,2\n" * 30, columns={"a": setting}),
    ):
        try:
            run()
        except PipeWeaveError as error:
            errors.append(error.text)
    assert len(errors) == (3 if ":" in setting else 2)  # the reader ignores what it does not use
    assert len(set(errors)) == 1
    assert errors[0].startswith(f"Unknown type {setting!r} for column 'a'. Choose one of:")
    assert "date:%d/%m/%Y" in errors[0]
