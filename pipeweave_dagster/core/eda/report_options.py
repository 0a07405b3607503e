"""Options of a report."""

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import DatasetSettings, Part


class ReportOptions(Part):
    """Options of a report.

    Attributes:
        inline_limit_bytes: A smaller summary is part of the document, a larger one a file beside.
        settings: Settings of the user, so that the findings equal those of the run.
        previous: The previous version, to compare with; None without one.
        samples: Number of sample rows to show; none unless the user allows them.
    """

    inline_limit_bytes: int = 1_000_000
    settings: DatasetSettings = DatasetSettings()
    previous: Version | None = None
    samples: int = 0
