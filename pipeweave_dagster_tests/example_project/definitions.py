"""A project with its own assets, I/O manager, executor and names, and PipeWeave beside them."""

from pathlib import Path

import dagster as dg
import pandas as pd

from pipeweave_dagster.build import build_defs

EXAMPLES = Path(__file__).parents[2] / "examples"


@dg.asset
def penguins() -> pd.DataFrame:
    """A table of this project, which becomes a data set of PipeWeave."""
    return pd.read_csv(EXAMPLES / "penguins.csv")


@dg.asset
def dataset(penguins: pd.DataFrame) -> int:
    """An asset whose name PipeWeave uses too."""
    return len(penguins)


def project(folder: Path) -> dg.Definitions:
    """The project's definitions, keeping its own values in a folder."""
    mine = dg.Definitions(
        assets=[penguins, dataset],
        jobs=[dg.define_asset_job("process_dataset", selection=[dataset])],
        resources={"io_manager": dg.FilesystemIOManager(base_dir=str(folder))},
        executor=dg.multiprocess_executor,
    )
    line = build_defs(key_prefix="ml", group="ml", upstream={"penguins": penguins.key})
    return dg.Definitions.merge(mine, line)
