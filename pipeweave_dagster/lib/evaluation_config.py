"""What can be set when a model is evaluated, in the launchpad or by `pipeweave evaluate`."""

import dagster as dg
from pydantic import Field

from pipeweave_dagster.core.documents import Evaluation


class EvaluationConfig(dg.Config):
    """How much is made of an evaluation; its scores are the same."""

    full: bool = Field(
        default=False,
        description="Make all parts, however long they take; also those that an earlier run "
        "had no time for.",
    )

    def lacking(self, evaluation: Evaluation) -> str:
        """Return why a stored evaluation cannot be reused, as a clause; empty if it can."""
        missing = ", ".join(evaluation.dropped)
        return f"there was no time for {missing}" if self.full and missing else ""
