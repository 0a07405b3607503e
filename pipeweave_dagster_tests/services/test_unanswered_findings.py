"""A finding has its answer if one covers its code, and each of its columns."""

import pytest

from pipeweave_dagster.services.audit import AuditEntry
from pipeweave_dagster.services.unanswered_findings import is_answered
from pipeweave_dagster_tests.factories.checked_dataset import finding

COPIED = finding("PW403", "alerted", "a", columns=["a", "b"], group="duplicates", patch={"x": 1})
LEAK = finding("PW210", "alerted", "a", patch={"x": 1})


def given(action: str, version: str) -> AuditEntry:
    return AuditEntry(
        at=1.0, who="ada", role="admin", via="session", action=action, subject="d", version=version
    )


@pytest.mark.parametrize(
    ("found", "answers", "is_so"),
    [
        (COPIED, [], False),
        (COPIED, [("accept", "PW403 b")], True),
        (COPIED, [("accept", "PW403")], True),
        (COPIED, [("accept", "all")], True),
        (LEAK, [("accept", "all")], False),
        (LEAK, [("accept", "PW403 a")], False),
        (COPIED, [("override", "PW403")], True),
        (COPIED, [("override", "PW403 a")], False),
        (COPIED, [("override", "PW403 a"), ("override", "PW403 b")], True),
        (finding("PW101", "blocked", "a", columns=[]), [("override", "PW102")], False),
    ],
)
def test_an_answer_covers_what_it_names(found, answers, is_so):
    assert is_answered(found, [given(*answer) for answer in answers]) is is_so
