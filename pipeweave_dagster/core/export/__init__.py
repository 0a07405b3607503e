"""A model as a standalone folder, with its training as a script without PipeWeave.

Heavy imports happen when a function is called.
"""

from pathlib import Path

from pipeweave_dagster.core.export.model_comparison import ModelComparison

__all__ = ["ModelComparison", "compare_models"]


def compare_models(first: Path, second: Path, test_rows: Path) -> ModelComparison:
    """Compare the predictions of two model files.

    Args:
        first: A model file.
        second: Another model file.
        test_rows: Rows as training writes them, features in columns `feature:<name>`.
    """
    from pipeweave_dagster.core.export.equal_models import run_comparison

    return run_comparison(first, second, test_rows)
