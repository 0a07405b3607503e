"""A batch whose columns have other names is refused with the likely pairs."""

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.prediction.input_check import check_columns
from pipeweave_dagster_tests.factories.registry import trained

MODEL = trained("1", "linear").model_copy(
    update={"features": ["nombre_contrats", "region", "sexe"]}
)


@pytest.mark.parametrize(("refuse", "needed"), [(True, "all"), (False, "any")])
def test_where_no_name_fits_those_that_may_be_meant_are_named(refuse, needed):
    with pytest.raises(PipeWeaveError, match="none of the columns") as refused:
        check_columns(MODEL, ["nb_contrats", "reg", "x"], [], refuse=refuse)
    error = refused.value
    assert "`nombre_contrats` may be `nb_contrats`. `region` may be `reg`." in error.message
    assert error.fix == f"Provide {needed} of: nombre_contrats, region, sexe."
    assert error.details["near"] == {"nombre_contrats": "nb_contrats", "region": "reg"}


def test_where_some_fit_a_batch_may_lack_the_others():
    found = check_columns(MODEL, ["region", "reg"], [], refuse=False)
    assert (found.wanted, found.missing) == (["region"], ["nombre_contrats", "sexe"])
