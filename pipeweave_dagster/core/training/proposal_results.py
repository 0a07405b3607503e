"""What testing proposals for a pipeline gave."""

from pipeweave_dagster.core.documents.base import Part
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature

NO_TIME = "there was no time to test it"


class ProposalResult(Part):
    """The test of one proposal: how much the loss per row fell, with its 95 % interval.

    `gain` is None if it was not tested; `reason` says why it was not kept.
    """

    proposal: str
    kept: bool
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


class ProposalResults(Part):
    """The tests of all proposals, and what is kept.

    Attributes:
        uses: Columns that another step will handle.
        ideas: New features.
        tested: Every test, in order.
        learner: The model family that the tests used.
    """

    uses: dict[str, str]
    ideas: list[DerivedFeature]
    tested: list[ProposalResult]
    learner: str
