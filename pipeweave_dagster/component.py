"""PipeWeave as a component of a Dagster project: `defs.yaml` instead of a call of `build_defs`."""

from typing import Any

import dagster as dg
from dagster.components.component_scaffolding import scaffold_component
from pydantic import Field

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.resources import WorkbenchResource


class _Scaffolder(dg.Scaffolder[Any]):
    """Writes a `defs.yaml` that works as it is, with the component's name as prefix."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Write the file."""
        attributes = {
            "key_prefix": request.target_path.name,
            "storage": "{{ env.PIPEWEAVE_STORAGE }}",
            "mlflow_tracking_uri": "{{ env.MLFLOW_TRACKING_URI }}",
            "upstream": {},
        }
        scaffold_component(request, attributes)


@dg.scaffold_with(_Scaffolder)
class Workbench(dg.Component, dg.Model, dg.Resolvable):
    """An ML workbench: drop a table; get typed data, report, model and predictions with lineage.

    A thin layer over `build_defs`. What is left out is read from the environment.

    Example:
        A file `defs/ml/defs.yaml`:

            type: pipeweave_dagster.Workbench
            attributes:
              key_prefix: ml
              storage: s3://bucket/prefix
              upstream:
                customers: warehouse/customers
    """

    key_prefix: str | None = Field(
        None, description="Prefix of every asset key, job, sensor and schedule; parts joined by /."
    )
    group: str | None = Field(
        None, description="One group for all assets, instead of PipeWeave's own groups."
    )
    storage: str | None = Field(
        None, description="A folder or s3://bucket/prefix; default: PIPEWEAVE_STORAGE."
    )
    home: str | None = Field(
        None, description="Folder for caches and embedded databases; default: PIPEWEAVE_HOME."
    )
    mlflow_tracking_uri: str | None = Field(
        None, description="Model registry; default: MLFLOW_TRACKING_URI, else one in the home."
    )
    upstream: dict[str, str] = Field(
        {}, description="Data set to the key (parts joined by /) of your asset that is its table."
    )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the definitions of `pipeweave_dagster.build.build_defs`."""
        del context
        resource = WorkbenchResource(
            storage=self.storage or None,
            home=self.home or None,
            mlflow_tracking_uri=self.mlflow_tracking_uri or None,
        )
        upstream = {name: dg.AssetKey(key.split("/")) for name, key in self.upstream.items()}
        return build_defs(
            key_prefix=self.key_prefix.split("/") if self.key_prefix else None,
            group=self.group,
            resources={"workbench": resource},
            upstream=upstream,
        )
