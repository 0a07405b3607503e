"""Which column is suggested as the target, and which never is."""

import pytest

from pipeweave_dagster.core.documents import (
    ColumnSetting,
    DatasetSettings,
    ReadSetting,
    SnapshotColumn,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.schema.column_lookup import find_only_column


def table(names, rows=60):
    """Build a table: `name:n` is numeric, `name:c` has two classes, `name:k` three categories."""
    makers = {"n": lambda i: f"{i * 7 % 41}.5", "c": lambda i: ("no", "yes")[i % 2],
              "k": lambda i: ("red", "green", "blue")[i % 3]}  # fmt: skip
    kinds, heads = zip(*(name.split(":") for name in names.split()), strict=True)
    lines = [",".join(makers[k](i) for k in kinds) for i in range(rows)]
    return "\n".join([",".join(heads), *lines]) + "\n"


@pytest.mark.parametrize(
    ("names", "target"),
    [
        ("n:a n:b n:c k:kind c:left", "left"),
        ("n:a n:b n:rating n:c n:d", "rating"),
        ("k:kind n:rating n:b n:year", "rating"),
        ("k:cultivar n:a n:b n:c n:d", "cultivar"),
        ("n:x n:y n:z n:price n:d", "price"),
        ("n:a n:y c:on", "y"),
        ("n:a n:income c:default c:student", "default"),
        ("n:a c:died k:kind k:county", "county"),
        ("n:a n:b n:c n:d n:latitude", None),
        ("n:a n:b", None),
    ],
)
def test_names_positions_and_types(version, names, target):
    assert version(table(names)).schema.target.name == target


def test_the_only_possible_target(version):
    text = "".join(
        f"{'ham' if i % 2 else 'spam'}\t"
        f"message {i} {'very ' * (i % 5)}long, or {'not ' * (i % 3)}at all, who knows that\n"
        for i in range(60)
    )
    target = version(text).schema.target
    assert target.name == "column_1"
    assert "no other column" in target.reason
    assert target.confidence < 1


def rare(rows=60):
    """The last column has a class of one row, the one before (`churn`) has two classes."""
    lines = [f"{i * 7 % 41}.5,{('no', 'yes')[i % 2]},{int(i == 3)}" for i in range(rows)]
    return "\n".join(["a,churn,outcome", *lines]) + "\n"


def test_a_trainable_target_is_preferred_to_a_more_credible_untrainable_one(version):
    target = version(rare()).schema.target
    assert target.name == "churn"
    assert target.candidates[0] == "outcome"
    assert "cannot be trained" not in target.reason
    assert target.confidence < version(rare().replace("outcome", "b")).schema.target.confidence


@pytest.mark.parametrize(
    ("text", "hindrance"),
    [
        (rare().replace("churn", "a2"), "only one class has 5 rows or more (the next has 1)"),
        (rare(12), "only 12 rows have a value, and 20 are needed"),
    ],
)
def test_a_suggestion_that_cannot_be_trained_says_so(version, text, hindrance):
    target = version(text).schema.target
    assert target.name == "outcome"
    assert f"It cannot be trained yet: {hindrance}." in target.reason


def test_a_target_set_by_the_user_is_kept(version):
    target = version(rare(), target="outcome").schema.target
    assert (target.name, target.source) == ("outcome", "settings")


TWINS = "y,a,y\n" + "".join(f"{i % 2},{i}.5,{(i + 1) % 2}\n" for i in range(40))
CASES = "Y,a,y\n" + "".join(f"{i % 2},{i}.5,{(i + 1) % 2}\n" for i in range(40))


@pytest.mark.parametrize(
    "text", [TWINS, TWINS.replace("y,a,y", "y, a,  y"), TWINS.replace(",", ";")]
)
def test_two_columns_named_like_the_target_are_refused_with_both_named(version, text):
    with pytest.raises(PipeWeaveError) as caught:
        version(text, target="y")
    assert "'y' (column 1) and 'y_2' (column 3)" in caught.value.text


@pytest.mark.parametrize("role", ["weight", "id"])
def test_other_roles_need_one_column_too(version, role):
    with pytest.raises(PipeWeaveError, match="2 columns of the file"):
        version(TWINS, target="a", **{role: "y"})


def test_a_twin_that_is_dropped_or_named_by_its_own_name_is_no_twin(version):
    drop = ColumnSetting(drop=True)
    assert version(TWINS, target="y", columns={"y_2": drop}).schema.target.name == "y"
    assert version(TWINS, target="y", columns={"y": drop}).schema.target.name == "y_2"
    assert version(TWINS, target="y_2").schema.target.name == "y_2"


def test_case_decides_between_names_that_differ_in_case(version):
    names = {version(CASES, target=name).schema.target.name for name in ("Y", "y")}
    assert names == {"Y", "y_2"}


def test_a_weight_cannot_be_the_target(version):
    text = "a,y\n" + "".join(f"{i}.5,{i % 2}\n" for i in range(40))
    with pytest.raises(PipeWeaveError, match="both the target and the weight"):
        version(text, target="y", weight="Y")


def test_two_entries_for_one_column_are_refused(version):
    text = "Age,y\n" + "".join(f"{i}.5,{i % 2}\n" for i in range(40))
    columns = {"Age": ColumnSetting(type="numeric"), "age": ColumnSetting(drop=True)}
    with pytest.raises(PipeWeaveError, match="'Age', 'age'"):
        version(text, target="y", columns=columns)


def test_a_wrong_delimiter_of_the_settings_is_named(version):
    column = SnapshotColumn(name="age,income", original_name="age,income", type="text", missing=0)
    as_one = {"columns": [column], "read": ReadSetting(delimiter=";")}
    one = version(table("n:age n:income")).snapshot.model_copy(update=as_one)
    with pytest.raises(PipeWeaveError, match="read as one column, 'age,income', with the") as error:
        find_only_column("age", one, "The target", DatasetSettings())
    assert error.value.details["setting"] == {"target": "age"}
