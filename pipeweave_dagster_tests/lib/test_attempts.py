"""A blocked run ends with the commands that resolve its findings, and with no others."""

import pytest

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.lib.attempts import _how_to_unblock


def finding(code, group, patch=None):
    return Finding(code=code, title="", group=group, state="blocked", message="", patch=patch or {})


COPY = finding("PW204", "leakage", {"columns": {"a": {"drop": True}}})
ACCEPT_OR_OVERRIDE = (
    "Accept the proposal with 'pipeweave findings d --accept PW204', or override the finding with "
    "'pipeweave findings d --override PW204 --reason TEXT'; then run the data set again."
)
OVERRIDE = (
    "Override the finding with 'pipeweave findings d --override PW206 --reason TEXT'; then run the "
    "data set again."
)


@pytest.mark.parametrize(
    ("blocked", "text"),
    [
        ([finding("PW101", "target")], "Then run the data set again."),
        ([COPY], ACCEPT_OR_OVERRIDE),
        ([finding("PW103", "target"), finding("PW206", "leakage")], OVERRIDE),
    ],
)
def test_only_commands_that_can_help_are_named(blocked, text):
    assert _how_to_unblock(blocked, "d") == text
