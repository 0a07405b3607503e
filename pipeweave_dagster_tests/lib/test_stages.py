"""A blocked run ends with the commands that resolve its findings, and with no others."""

import pytest

from pipeweave_dagster.core.documents import Finding
from pipeweave_dagster.lib.stages import _how_to_unblock


def finding(code, group, patch=None):
    return Finding(code=code, title="", group=group, state="blocked", message="", patch=patch or {})


@pytest.mark.parametrize(
    ("blocked", "text"),
    [
        ([finding("PW101", "target")], "Then run the data set again."),
        (
            [finding("PW204", "leakage", {"columns": {"a": {"drop": True}}})],
            "Accept the proposal with 'pipeweave findings d --accept PW204', or override the finding "
            "with 'pipeweave findings d --override PW204 --reason TEXT'; then run the data set again.",
        ),
        (
            [finding("PW103", "target"), finding("PW206", "leakage")],
            "Override the finding with 'pipeweave findings d --override PW206 --reason TEXT'; "
            "then run the data set again.",
        ),
    ],
)
def test_only_commands_that_can_help_are_named(blocked, text):
    assert _how_to_unblock(blocked, "d") == text
