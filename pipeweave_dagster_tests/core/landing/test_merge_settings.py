"""Maps are merged, lists joined without repeats, everything else is replaced."""

from pipeweave_dagster.core.landing.merge_settings import merge_settings


def test_merging_keeps_what_the_patch_does_not_name() -> None:
    base = {"target": "x", "columns": {"a": {"drop": True}}, "sensitive": ["sex"]}
    patch = {
        "target": "y",
        "columns": {"a": {"type": "text"}, "b": {}},
        "sensitive": ["sex", "age"],
    }
    assert merge_settings(base, patch) == {
        "target": "y",
        "columns": {"a": {"drop": True, "type": "text"}, "b": {}},
        "sensitive": ["sex", "age"],
    }
    assert base["columns"] == {"a": {"drop": True}}
