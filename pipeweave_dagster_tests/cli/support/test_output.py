"""Tables in a terminal."""

from pipeweave_dagster.cli.support.output import columns


def test_what_is_not_known_is_a_dash():
    assert columns(["run", "seconds"], [("3f2a", None), ("77b0", 1.5)]).splitlines() == [
        "run   seconds",
        "3f2a  -",
        "77b0  1.5",
    ]
