"""The suite of expectations, and the validation of this version."""

from collections.abc import Iterator

import dagster as dg

from pipeweave_dagster.core.documents import DatasetSnapshot, ExpectationReport, SchemaDeduction
from pipeweave_dagster.defs.expectations.checks import ABOUT, check_results
from pipeweave_dagster.lib.asset_checks import check_specs
from pipeweave_dagster.lib.attempts import failure_recorder
from pipeweave_dagster.lib.current_run import dataset_of
from pipeweave_dagster.lib.failures import dagster_failures
from pipeweave_dagster.lib.io_manager import DOCUMENTS
from pipeweave_dagster.lib.partitions import DATASETS
from pipeweave_dagster.lib.stages import run_stage
from pipeweave_dagster.services.workbench import Workbench


@dg.asset(
    io_manager_key=DOCUMENTS,
    partitions_def=DATASETS,
    kinds={"greatexpectations"},
    code_version="2",
    check_specs=check_specs("expectations", ABOUT),
    # Before the model, too: from the second version on Great Expectations takes seconds to import.
    op_tags={"dagster/priority": "10"},
)
def expectations(
    context: dg.AssetExecutionContext,
    workbench: dg.ResourceParam[Workbench],
    dataset: DatasetSnapshot,
    schema_deduction: SchemaDeduction,
) -> Iterator[dg.MaterializeResult[ExpectationReport] | dg.AssetCheckResult]:
    """Rules written from the first version of a data set, which later versions are validated by.

    Broken rules are warnings and block nothing. `pipeweave expectations` shows, exports and accepts
    the rules.
    """
    from pipeweave_dagster.adapters.great_expectations.validation import validate_version
    from pipeweave_dagster.services.expectations import active_suite

    name, store = dataset_of(context), workbench.store
    with dagster_failures(context, failure_recorder(context, workbench)):
        suite = active_suite(store, name, context.op_execution_context.run_id)
    if suite is not None and suite.made_of == dataset.sha256:
        suite = None  # it passes by construction
    result = run_stage(
        context,
        workbench,
        ExpectationReport,
        lambda folder: workbench.on_data(
            validate_version,
            dataset=name,
            snapshot=dataset,
            schema=schema_deduction,
            data=store.payload(dataset.data),
            suite=suite.path if suite else None,
            out=folder,
        ),
        inputs={"dataset": dataset, "schema_deduction": schema_deduction},
        reads={"suite": suite.sha256 if suite else None},
    )
    yield result
    yield from check_results(result.value, workbench.settings.web_url)
