"""Blend the members of a model by a stacking model.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np


def with_stack(mean: np.ndarray, outputs: dict[int, Any], bundle: dict[str, Any]) -> np.ndarray:
    """Blend the mean with the stacking model's output.

    The mean replaces a candidate that there was no time to fit on all rows.
    """
    stack, classes = bundle["stack"], len(bundle["classes"])
    known = [outputs.get(group, mean) for group in range(stack["candidates"])]
    blended = stacked(known, stack, classes)
    if not classes:
        low, high = bundle["members"][0].get("range", (-np.inf, np.inf))
        blended = np.clip(blended, low, high)
    return np.asarray((1 - stack["share"]) * mean + stack["share"] * blended)


def stack_inputs(outputs: list[np.ndarray], classes: int) -> np.ndarray:
    """Return the inputs of a stacking model, shape (rows, inputs).

    They are log-odds for two classes, log-probabilities for more, or values.
    """
    if not classes:
        return np.stack(outputs, axis=1)
    if classes == 2:
        return np.stack([np.log(_bounded(a[:, 1]) / _bounded(a[:, 0])) for a in outputs], axis=1)
    return np.concatenate([np.log(_bounded(output)) for output in outputs], axis=1)


def _bounded(proba: np.ndarray) -> np.ndarray:
    """Clip probabilities, so that no class is impossible however certain a forest is."""
    return np.asarray(np.clip(proba, 1e-4, 1.0))


def stacked(outputs: list[np.ndarray], stack: dict[str, Any], classes: int) -> np.ndarray:
    """Apply a stacking model to the outputs of its candidates."""
    margins = stack_inputs(outputs, classes) @ stack["coef"].T + stack["intercept"]
    if not classes:
        return np.asarray(margins[:, 0])
    if classes == 2:
        margins = np.concatenate([np.zeros_like(margins), margins], axis=1)
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
