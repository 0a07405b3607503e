"""A table in a notebook: typed data, schema, findings, report and model."""

import copy
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipeweave_dagster.core.asset_catalog import activity_of
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import (
    ColumnDeduction,
    DatasetSnapshot,
    Finding,
    Findings,
    PipelineSpec,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import name_of_file
from pipeweave_dagster.core.schema import deduce, mask_personal
from pipeweave_dagster.notebook.refusals import (
    refuse_blocked,
    refuse_missing_target,
    refuse_unknown_columns,
)
from pipeweave_dagster.notebook.scratch_folder import ScratchFolder
from pipeweave_dagster.notebook.sources import as_file
from pipeweave_dagster.notebook.views import Report, Table, titled

if TYPE_CHECKING:
    import pandas as pd

    from pipeweave_dagster.notebook.model import Model
    from pipeweave_dagster.notebook.sources import Source

DEFAULT_BUDGET_S = 60.0
_LONGEST = 2.0
"""How many times as long as its budget a training may take on a busy machine, as in a run."""


class Dataset:
    """One table, read completely and strictly typed; everything else is computed on first use.

    Args:
        source: Path of a file of any supported format, or a data frame (pandas, polars, Arrow).
        target: Column to predict; deduced if it is not given.
        name: Name in the report and the model card; by default that of the file.
        **settings: Keys of `pipeweave.yaml`, such as `columns`, `read`, `split`, `overrides`.

    Raises:
        PipeWeaveError: NOT_FOUND without such a file, VALIDATION_ERROR if it is not a table, a
            setting is not allowed, or the target or a key of `columns` is not a column.

    Example:
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"size": range(200), "kind": ["a", "b"] * 100})
        >>> data = Dataset(frame, target="kind")
        >>> [(column.name, column.role) for column in data.schema]
        [('size', 'identifier'), ('kind', 'target')]
    """

    def __init__(
        self,
        source: "Source",
        *,
        target: str | None = None,
        name: str | None = None,
        **settings: Any,
    ) -> None:
        self._folder = ScratchFolder()
        given = settings if target is None else {**settings, "target": target}
        self.settings = settings_from(given, "Dataset(...)")
        raw, path = as_file(source, self._folder.path)
        self._source = path if isinstance(source, str | Path) else None
        self.name = name or (name_of_file(path.name) if isinstance(source, str | Path) else "frame")
        upload = RawUpload(dataset=self.name, files=[raw], settings=self.settings)
        self.snapshot: DatasetSnapshot = ingest(upload, [path], self._folder.path)
        refuse_unknown_columns(self.settings, self.snapshot)
        if self.settings.privacy_default == "mask":
            self.snapshot = mask_personal(self.snapshot, self._folder.path, self.settings)

    def with_settings(self, **settings: Any) -> Self:
        """Return the same table with other settings, without reading it again.

        Settings of how the file is read (`read`, `mode`, `privacy`, types `text` and `date:…`) need
        a new `Dataset`; until then a column that `privacy` drops is neither used nor shown.
        """
        changed = settings_from(
            {**self.settings.model_dump(mode="json", exclude_unset=True), **settings}, "settings"
        )
        refuse_unknown_columns(changed, self.snapshot)
        other = copy.copy(self)
        other.settings = changed
        for derived in ("schema_deduction", "findings_document", "pipeline"):
            other.__dict__.pop(derived, None)
        return other

    @property
    def data_file(self) -> Path:
        """The typed table as Parquet; it is deleted with this object."""
        return self._folder.path / self.snapshot.data.name

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The typed table as a pandas data frame (with missing integers as `Int64`)."""
        import pandas as pd

        return pd.read_parquet(self.data_file, dtype_backend="numpy_nullable")

    @cached_property
    def schema_deduction(self) -> SchemaDeduction:
        """Meaning of the columns and the target, as one document."""
        return deduce(self.snapshot, self.data_file, self.settings)

    @property
    def schema(self) -> Table[ColumnDeduction]:
        """Meaning, role and reason of each column."""
        shown = ("name", "type", "storage", "role", "confidence", "distinct", "missing", "reason")
        return Table(self.schema_deduction.columns, shown)

    @property
    def target(self) -> str | None:
        """The column to predict: as given, else deduced; None if no column is credible."""
        return self.schema_deduction.target.name

    @cached_property
    def findings_document(self) -> Findings:
        """All findings, passed ones included, as one document."""
        from pipeweave_dagster.core.quality import inspect

        return inspect(self.snapshot, self.schema_deduction, self.data_file, self.settings)

    @property
    def findings(self) -> Table[Finding]:
        """What needs attention: blocked and alerted findings first, then what is handled."""
        order = ["blocked", "alerted", "fixed"]
        found = [f for f in self.findings_document.findings if f.state in order]
        found.sort(key=lambda finding: order.index(finding.state))
        return Table(found, ("code", "state", "columns", "message", "proposal"))

    @cached_property
    def pipeline(self) -> PipelineSpec:
        """The pipeline that the rules construct for this table."""
        from pipeweave_dagster.core.pipelines import plan

        return plan(self.snapshot, self.schema_deduction, self.findings_document, self.settings)

    def report(self, samples: int = 0) -> Report:
        """Return the exploratory report; a notebook shows its page.

        Args:
            samples: Number of first rows to show; personal columns stay hidden.
        """
        from pipeweave_dagster.core.eda import ReportOptions, build_report

        options = ReportOptions(inline_limit_bytes=1 << 40, samples=samples)
        with tempfile.TemporaryDirectory() as folder:
            report = build_report(
                self.name,
                self.snapshot,
                self.schema_deduction,
                self.data_file,
                Path(folder),
                options,
            )
            page = (Path(folder) / report.html.name).read_text(encoding="utf-8")
        return Report(page, list(report.highlights), self._source)

    def train(
        self,
        *,
        target: str | None = None,
        time_budget: float | None = None,
        progress: bool = True,
        **settings: Any,
    ) -> "Model":
        """Search, fit and evaluate a model.

        Args:
            target: Column to predict, if it is not yet set.
            time_budget: Seconds for the search and the fit; by default that of `quality`, else 60.
                The evaluation comes on top. On a busy machine it is extended, up to double, and
                the model's notes say so.
            progress: Whether to show a progress bar, in notebooks and terminals only.
            **settings: Further keys of `pipeweave.yaml`, such as `metric` or `overrides`.

        Raises:
            PipeWeaveError: VALIDATION_ERROR if a finding blocks the training, or no model can be
                made, with the reason.
        """
        from pipeweave_dagster.notebook.progress_bar import ProgressBar
        from pipeweave_dagster.notebook.train_model import train_model

        given = {"target": target, "time_budget_s": time_budget, **settings}
        changed = {key: value for key, value in given.items() if value is not None}
        data = self.with_settings(**changed) if changed else self
        budget_s = data.settings.budget_s(DEFAULT_BUDGET_S)
        with ProgressBar(budget_s, wanted=progress) as bar:
            bar.stage(activity_of(Findings.kind))
            refuse_missing_target(data.schema_deduction.target)
            refuse_blocked(data.findings_document)
            given_to = (data.pipeline, (data.snapshot, data.data_file), data.findings_document)
            most_s = _LONGEST * budget_s
            model = train_model(*given_to, budget_s, time.monotonic(), bar, most_s=most_s)
        model.source = self._source
        return model

    def __repr__(self) -> str:
        rows, columns = self.snapshot.rows, len(self.snapshot.columns)
        return f"Dataset {self.name!r}: {counted(rows, 'row')}, {counted(columns, 'column')}"

    def _repr_html_(self) -> str:
        columns = Table(self.snapshot.columns, ("name", "type", "missing", "format", "unit"))
        return titled(repr(self), columns)


def read(source: "Source", **settings: Any) -> "pd.DataFrame":
    r"""Read a table of any format completely and strictly typed, as a pandas data frame.

    What was skipped, assumed or quarantined is in `Dataset(source).snapshot`.

    Args:
        source: Path of a file, or a data frame.
        **settings: Keys of `pipeweave.yaml`, such as `read={"delimiter": ";"}`.

    Raises:
        PipeWeaveError: As for `Dataset`.

    Example:
        >>> from tempfile import mkdtemp
        >>> file = Path(mkdtemp()) / "a.csv"
        >>> _ = file.write_text("town;since\nUlm;3.1.2020\nHof;14.2.2021\n")
        >>> read(file)["since"].tolist()
        [datetime.date(2020, 1, 3), datetime.date(2021, 2, 14)]
    """
    settings_from(settings, "read(...)")  # so that an error in them names this call
    return Dataset(source, **settings).frame
