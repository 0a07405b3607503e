"""`pipeweave upload-url` prints a command that a shell takes as it is meant."""

import shlex

import pytest

from pipeweave_dagster.cli.commands.uploads import _curl

NAME = "it's $(id) `id`;.csv"


@pytest.mark.parametrize(
    ("facts", "sent"),
    [
        ({"method": "PUT", "fields": {}, "headers": {"X-Upload-Token": "a'b"}}, NAME),
        ({"method": "POST", "fields": {"key": "uploads/a b"}}, f"file=@{NAME}"),
    ],
)
def test_the_printed_command_is_quoted(facts, sent):
    address = "http://127.0.0.1/a?b=c&d"
    words = shlex.split(_curl({**facts, "url": address}, NAME))
    assert words[0] == "curl"
    assert words[-1] == address
    assert {sent, *(f"{n}={v}" for n, v in facts["fields"].items())} <= {*words}
    assert {f"{n}: {v}" for n, v in facts.get("headers", {}).items()} <= {*words}
