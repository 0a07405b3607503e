"""`--read KEY=VALUE` as a setting."""

import pytest

from pipeweave_dagster.cli.support.read_option import read_setting
from pipeweave_dagster.core.documents import ReadSetting
from pipeweave_dagster.core.errors import PipeWeaveError


def test_options_are_one_setting():
    assert read_setting(["delimiter=;", "header=0"]) == ReadSetting(delimiter=";", header=0)
    assert read_setting([]) is None


@pytest.mark.parametrize(
    "option", ["delimiter", "colour=red", "delimitter=,", "header=many", "encoding=klingon"]
)
def test_other_options_are_refused_with_their_text(option):
    with pytest.raises(PipeWeaveError) as refused:
        read_setting([option])
    assert refused.value.code == "VALIDATION_ERROR"
    assert option.split("=")[0] in str(refused.value) or option.split("=")[1] in str(refused.value)
