"""A version is chosen by the first letters of its address, and never by chance."""

import pytest

from pipeweave_dagster.adapters.state import Entry
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.dataset_versions import find_version

FOUND = [
    Entry(document=document, key="k", run_id="r", made_at=0.0) for document in ("ab1", "ab2", "cd3")
]
LISTED = "pipeweave reports ls"


def test_the_newest_or_the_one_that_begins_so():
    assert find_version(FOUND, "d", "report", None, LISTED).document == "ab1"
    assert find_version(FOUND, "d", "report", "ab2", LISTED).document == "ab2"
    assert find_version(FOUND, "d", "report", "c", LISTED).document == "cd3"


@pytest.mark.parametrize(
    ("found", "version", "code", "told"),
    [
        (FOUND, "ab", ErrorCode.VALIDATION_ERROR, "2 reports of 'd' begin with 'ab'"),
        (FOUND, "x", ErrorCode.NOT_FOUND, "See 'pipeweave reports ls d'"),
        ([], None, ErrorCode.NOT_FOUND, "Run the data set first"),
    ],
)
def test_none_or_several_are_said(found, version, code, told):
    with pytest.raises(PipeWeaveError) as caught:
        find_version(found, "d", "report", version, LISTED)
    assert caught.value.code == code
    assert told in str(caught.value)
