"""How far the predictions of two models are apart."""

from pipeweave_dagster.core.documents import Part


class ModelComparison(Part):
    """Predictions of two models on the same rows; `equal` means bit by bit.

    `max_difference` is that of probabilities, or of values in the unit of the target.
    """

    rows: int
    equal: bool
    max_difference: float
