"""The argument of commands that read one table."""

from pathlib import Path
from typing import Annotated

import typer

TableFile = Annotated[
    Path, typer.Argument(help="CSV, TSV, Parquet, JSON, Excel …, also compressed.")
]
