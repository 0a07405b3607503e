"""Registering a model prints nothing of what the model notes on its own input example."""

import logging

import pytest

from pipeweave_dagster.adapters.mlflow_store.pyfunc_model import _without_notes


def test_notes_are_off_while_it_is_registered_and_on_again_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Personal columns are blank in the example; two lines about them stood in a user's log."""
    logger = logging.getLogger("pipeweave")
    with _without_notes():
        logger.warning("name: no row has a value")
    logger.warning("of a prediction")
    assert caplog.messages == ["of a prediction"]
