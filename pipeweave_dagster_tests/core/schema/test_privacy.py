"""What the settings say about personal values of a column decides, not what is detected."""

import pytest

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.schema import deduce, mask_personal

TABLE = "email,grade,y\n" + "".join(
    f"e{i}@b.org,{('low', 'medium', 'high')[i % 3]},{i % 2}\n" for i in range(90)
)


def _column(version, name, **setting):
    return version(TABLE, target="y", columns={name: setting}).schema.column(name)


def test_a_column_that_looks_personal_may_be_shown(version):
    assert version(TABLE, target="y").schema.column("email").pii == "email"
    allowed = _column(version, "email", privacy="allow")
    assert (allowed.pii, allowed.privacy) == (None, "allow")


def test_a_masked_column_is_personal_and_the_order_of_its_values_is_not_kept(version):
    assert _column(version, "grade").order == ["low", "medium", "high"]
    masked = _column(version, "grade", privacy="mask")
    assert (masked.pii, masked.type, masked.order) == ("set by the user", "categorical", None)
    assert "low" not in masked.reason
    assert _column(version, "email", privacy="mask").pii == "email"


def test_a_column_to_drop_that_an_earlier_reading_has_is_neither_used_nor_shown(version):
    dropped = _column(version, "grade", privacy="drop")
    assert (dropped.role, dropped.privacy) == ("dropped", "mask")


def test_a_masked_target_is_refused(version):
    with pytest.raises(PipeWeaveError, match="cannot be masked"):
        version(TABLE, target="y", columns={"y": {"privacy": "mask"}})


def test_what_was_done_when_the_table_was_read_counts(version):
    found = version(TABLE, target="y")
    snapshot = found.snapshot.model_copy(
        update={
            "columns": [
                c.model_copy(update={"privacy": "mask"}) if c.name == "grade" else c
                for c in found.snapshot.columns
            ]
        }
    )
    settings = DatasetSettings(target="y", columns={"email": {"privacy": "hash"}})
    schema = deduce(snapshot, found.data, settings)
    assert schema.column("grade").pii == "set by the user"
    assert schema.column("email").privacy == "mask", "its values are no hashes yet"


MASK = {"target": "y", "privacy_default": "mask"}


def test_what_looks_personal_is_masked_by_default_where_that_is_set(version):
    schema = version(TABLE, **MASK).schema
    assert (schema.column("email").privacy, schema.column("email").pii) == ("mask", "email")
    assert schema.column("grade").privacy is None
    allowed = version(TABLE, columns={"EMAIL": {"privacy": "allow"}}, **MASK).schema
    assert (allowed.column("email").privacy, allowed.column("email").pii) == ("allow", None)


@pytest.mark.parametrize("role", [{"id": "email"}, {"keep": ["Email"]}, {"target": "email"}])
def test_a_column_masked_by_default_is_shown_by_no_other_setting(version, role):
    version(TABLE, target="y", keep=["email"])
    with pytest.raises(PipeWeaveError, match=r"looks personal|cannot be masked") as refused:
        version(TABLE, **{**MASK, **role})
    assert "privacy: allow" in refused.value.fix
    if "target" not in role:
        version(TABLE, columns={"email": {"privacy": "allow"}}, **{**MASK, **role})


def test_what_was_noted_of_a_masked_column_quotes_no_value(version):
    found = version(TABLE + "e1@b.org,low,1,more@b.org,and more\n", target="y")
    folder, snapshot = found.data.parent, found.snapshot.model_copy(update={"withheld": ["z"]})
    own = DatasetSettings(columns={"Email": {"privacy": "allow"}})
    assert mask_personal(snapshot, folder, own) == snapshot
    assert b"@b.org" in (folder / "quarantine.parquet").read_bytes()
    masked = mask_personal(snapshot, folder, DatasetSettings())
    assert b"@b.org" not in (folder / "quarantine.parquet").read_bytes()
    assert masked.quarantine != snapshot.quarantine
    assert [c.privacy for c in masked.columns] == ["mask", None, None]
    assert masked.notes[0].endswith("look personal: email.")
    assert masked.withheld == ["z"]
    assert "@b.org" not in masked.model_dump_json()
