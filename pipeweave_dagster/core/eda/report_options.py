"""What a report is to take into account besides the table."""

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import DatasetSettings, Part


class ReportOptions(Part):
    """Options of a report.

    Attributes:
        inline_limit_bytes: A smaller summary stands in the document, a larger one beside it.
        settings: What the user said, so that the findings are those of the line.
        previous: The version before, to compare with; None if there is none.
        samples: How many rows to show; none unless a person allows it.
    """

    inline_limit_bytes: int = 1_000_000
    settings: DatasetSettings = DatasetSettings()
    previous: Version | None = None
    samples: int = 0
