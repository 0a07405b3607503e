"""The names of data sets cost no request per data set and page."""

from pipeweave_dagster.adapters.storage.s3_folders import FilledFolders


def test_each_folder_is_looked_into_once() -> None:
    """The list of all data sets made one request per data set, each time."""
    asked: list[str] = []
    empty = {"datasets/b/"}
    now = [0.0]

    def holds(prefix: str) -> bool:
        asked.append(prefix)
        return prefix not in empty

    folders = FilledFolders(holds, clock=lambda: now[0])
    assert folders.among("datasets", ["a", "b", "c"]) == ("a", "c")
    assert sorted(asked) == ["datasets/a/", "datasets/b/", "datasets/c/"]
    asked.clear()
    assert folders.among("datasets", ["a", "b", "c"]) == ("a", "c")
    assert asked == ["datasets/b/"], "an empty one may be filled at any moment"
    empty |= {"datasets/a/", "datasets/c/"}
    folders.forget("datasets/a/HEAD.json")
    assert folders.among("datasets", ["a", "c"]) == ("c",)
    now[0] = 601.0
    assert folders.among("datasets", ["a", "c"]) == (), "another process has removed it"
