"""Names of data sets are safe everywhere and do not collide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.naming import check_slug, dataset_of_key, name_of_file, slug


@given(st.text(max_size=200))
def test_any_text_becomes_a_valid_name(text: str) -> None:
    assert check_slug(slug(text)) == slug(text)


@given(st.from_regex(r"[ab0][ab_-]{0,3}", fullmatch=True))
def test_the_folder_of_a_valid_name_is_that_data_sets(name: str) -> None:
    try:
        check_slug(name)
    except PipeWeaveError:
        return
    assert dataset_of_key(f"uploads/{name}/data.csv") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("titanic", "titanic"), ("Titanic", "titanic"), ("Sales Q1", "sales-q1"), ("a_b", "a_b")],
)
def test_harmless_differences_are_folded(text: str, name: str) -> None:
    assert slug(text) == name


def test_names_that_differ_stay_different() -> None:
    names = {slug(text) for text in ("a,b", "a;b", "a-b", "a/b", "../a-b", "", "日本", "x" * 100)}
    assert len(names) == 8


@pytest.mark.parametrize("name", ["", "../../x", "a,b", "A", "a...b", "a\nb", "-a", "a_", "x" * 64])
def test_unsafe_names_are_refused_with_a_proposal(name: str) -> None:
    with pytest.raises(PipeWeaveError, match="for example") as caught:
        check_slug(name)
    assert caught.value.code == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Titanic.csv", "titanic"),
        ("churn.csv.gz", "churn"),
        ("/some/where/wine.parquet", "wine"),
        (r"C:\data\wine.xlsx", "wine"),
        ("data", "data"),
        (".csv", "data"),
    ],
)
def test_the_file_names_the_data_set(file: str, name: str) -> None:
    assert name_of_file(file) == name


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("uploads/titanic/train.csv", "titanic"),
        ("uploads/titanic/2026/train.csv", "titanic"),
        ("uploads/titanic.csv", "titanic"),
        ("uploads/titanic/pipeweave.yaml", "titanic"),
        ("uploads/pipeweave.yaml", None),
        ("uploads/titanic/.part", None),
        ("uploads/.hidden/train.csv", None),
        ("predict/titanic/new.csv", "titanic"),
        ("predict/new.csv", None),
        ("raw/abc", None),
    ],
)
def test_the_key_names_the_data_set(key: str, dataset: str | None) -> None:
    assert dataset_of_key(key) == dataset
