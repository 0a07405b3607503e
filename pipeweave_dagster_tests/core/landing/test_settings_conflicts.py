"""Settings that hide a column and need it contradict each other."""

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import settings_from

MASKED = {"columns": {"Email": {"privacy": "mask"}}}
DROPPED = {"columns": {"email": {"privacy": "drop"}}}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({**MASKED, "id": "email"}, "id"),
        ({**MASKED, "keep": ["x", "email"]}, "keep"),
        ({**MASKED, "target": "email"}, "target"),
        ({**MASKED, "split": {"time": "email"}}, "split.time"),
        ({**DROPPED, "weight": "email"}, "weight"),
        ({**DROPPED, "sensitive": ["email"]}, "sensitive"),
        ({**DROPPED, "split": {"group": "email"}}, "split.group"),
    ],
)
def test_a_hidden_column_is_not_needed_elsewhere(settings, key):
    with pytest.raises(PipeWeaveError, match="privacy") as error:
        settings_from(settings, "pipeweave.yaml")
    assert error.value.details["key"] == key


def test_what_a_mask_does_not_hide_is_fine():
    settings_from({**MASKED, "sensitive": ["email"], "split": {"group": "email"}}, "here")
