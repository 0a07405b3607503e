"""Messages of a bucket name where to look, whoever has wrapped them; everything else is ignored."""

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeweave_dagster.core.landing import changed_keys, place_of


def described(key: str, bucket: str = "b") -> dict[str, object]:
    return {"bucket": {"name": bucket}, "object": {"key": key}}


def from_s3(*keys: str) -> str:
    return json.dumps({"Records": [{"s3": described(quote_plus(key))} for key in keys]})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)))
def test_every_key_comes_back_from_every_sender(keys: list[str]) -> None:
    assert changed_keys(from_s3(*keys), "b") == keys
    wrapped = json.dumps({"Type": "Notification", "Message": from_s3(*keys)})
    assert changed_keys(wrapped, "b") == keys
    for key in keys:
        assert changed_keys(json.dumps({"detail": described(key)}), "b") == [key]


def test_other_buckets_and_roots_are_left_out() -> None:
    assert changed_keys(from_s3("team/uploads/a.csv", "else/a.csv"), "b", "team/") == [
        "uploads/a.csv"
    ]
    assert changed_keys(from_s3("team/uploads/a.csv"), "another") == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[" * 100_000,
        "[]",
        "3",
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}),
        json.dumps({"Records": 3}),
        json.dumps({"Records": [3, None, {}, {"s3": []}, {"s3": {"bucket": 1, "object": 2}}]}),
        json.dumps({"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": 7}}}]}),
        json.dumps({"Records": [{"s3": described("uploads/%ff%fe.csv")}]}),
        json.dumps({"Records": [{"s3": described("uploads/" + "x" * 1100)}]}),
        json.dumps({"Type": "Notification", "Message": {"Records": []}}),
        json.dumps({"detail": "x"}),
    ],
)
def test_what_is_no_notification_names_nothing(body: str) -> None:
    assert changed_keys(body, "b") == []


def test_a_data_set_is_listed_whole_and_a_file_in_the_zone_alone() -> None:
    assert place_of("labels/sales/2026/01/a.csv") == "labels/sales/"
    assert place_of("uploads/sales.csv") == "uploads/sales.csv"
