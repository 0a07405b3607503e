"""The Python interface for notebooks and scripts: the stages of the line as objects.

It computes in this process, stores nothing but temporary files, and needs neither Dagster nor
MLflow. Equal inputs and settings give the findings, the pipeline and the model of a run.
"""

from pipeweave_dagster.notebook.dataset import Dataset, read
from pipeweave_dagster.notebook.model import Model, load

__all__ = ["Dataset", "Model", "load", "read"]
