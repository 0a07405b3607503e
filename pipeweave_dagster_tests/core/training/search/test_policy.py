"""Every threshold of the search says what it means."""

import ast
import inspect
from dataclasses import fields

import pytest

from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.search.ensemble_policy import EnsemblePolicy
from pipeweave_dagster.core.training.search.policy import SearchPolicy


@pytest.mark.parametrize("policy", [SearchPolicy, EnsemblePolicy, DataLimits])
def test_every_threshold_has_a_sentence(policy):
    body = ast.parse(inspect.getsource(policy)).body[0].body[1:]
    names = [node.target.id for node in body[::2]]
    sentences = [ast.literal_eval(node.value) for node in body[1::2]]
    assert names == [field.name for field in fields(policy)]
    assert all(text[0].isupper() and text.endswith(".") for text in sentences)
