"""Which earlier test rows a new model's test rows follow, so that the two can be compared.

A hash of each row decides its side. It changes with the columns, so a version with other columns
follows the test rows of the champion: what was held out stays held out.
"""

from pipeweave_dagster.core.documents import Payload, PipelineSpec
from pipeweave_dagster.core.training import divides_alike
from pipeweave_dagster.services.model_aliases import aliases_of
from pipeweave_dagster.services.model_versions import find_version, pipeline_of
from pipeweave_dagster.services.workbench import Workbench


def followed_test_rows(workbench: Workbench, dataset: str, spec: PipelineSpec) -> Payload | None:
    """Return the test rows file that a training follows; None if the hash gives the same rows.

    The champion is the recorded one: a training that changes nothing needs no MLflow.
    """
    store = workbench.store
    version = aliases_of(store, dataset).get("champion")
    found = find_version(store, dataset, version) if version else None
    if version is None or found is None:
        return None
    before = pipeline_of(store, dataset, version)
    if before is None or {before.split.kind, spec.split.kind} != {"hash"}:
        return None
    champion = found[0]
    if before == spec or workbench.on_data(divides_alike, first=before, second=spec):
        return champion.tested_like
    return champion.test_rows
