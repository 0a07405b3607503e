"""All guardrails, discovered in the folders of `guardrails` and sorted by code."""

import importlib
import pkgutil
from collections.abc import Iterator

from pipeweave_dagster.core.quality import guardrails
from pipeweave_dagster.core.quality.guardrail import Guardrail


def _discover() -> Iterator[Guardrail]:
    """Yield the guardrail of every module one folder below `guardrails`."""
    for group in pkgutil.iter_modules(guardrails.__path__, f"{guardrails.__name__}."):
        package = importlib.import_module(group.name)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name).GUARDRAIL


GUARDRAILS: tuple[Guardrail, ...] = tuple(sorted(_discover(), key=lambda each: each.code))
