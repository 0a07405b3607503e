"""A model file above the limit is refused before it is uploaded."""

import pytest

from pipeweave_dagster.adapters.training import check_size
from pipeweave_dagster.core.documents import Payload, TrainedModel
from pipeweave_dagster.core.errors import PipeWeaveError


def model_of(megabytes):
    file = Payload(name="model.skops", sha256="0" * 64, size_bytes=megabytes * 2**20)
    return TrainedModel.model_construct(model=file)


def test_a_model_of_2049_mb_is_refused_and_one_of_2048_is_not():
    check_size(model_of(2048), 2048)
    with pytest.raises(PipeWeaveError, match=r"2,049 MB.*MAX_MODEL_SIZE_MB") as caught:
        check_size(model_of(2049), 2048)
    assert caught.value.code == "VALIDATION_ERROR"
