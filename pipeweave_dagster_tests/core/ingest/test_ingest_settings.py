"""Only settings that affect reading cause a file to be read again."""

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster.core.ingest import ingest_settings


def test_only_types_that_affect_reading_are_ingest_settings():
    columns = {
        "when": ColumnSetting(type="date:%d/%m/%Y", known_at="2024-01-01"),
        "code": ColumnSetting(type="text"),
        "kind": ColumnSetting(type="categorical"),
        "gone": ColumnSetting(drop=True),
        "count": ColumnSetting(type="integer", merge_spellings=True),
        "conc": ColumnSetting(type="ordinal", missing=["BDL"]),
    }
    read = ingest_settings(DatasetSettings(mode="append", target="y", columns=columns))
    assert read == ingest_settings(
        DatasetSettings(mode="append", columns=columns, privacy_default="hide"), "mask"
    )
    assert read == DatasetSettings(
        mode="append",
        columns={
            "when": ColumnSetting(type="date:%d/%m/%Y"),
            "code": ColumnSetting(type="text"),
            "count": ColumnSetting(type="integer"),
            "conc": ColumnSetting(missing=["BDL"]),
        },
    )


def test_columns_that_may_be_shown_count_where_others_are_masked():
    columns = {"name": ColumnSetting(privacy="allow")}
    given = DatasetSettings(columns=columns)
    assert ingest_settings(given) == DatasetSettings()
    assert ingest_settings(given, "mask") == DatasetSettings(
        columns=columns, privacy_default="mask"
    )
