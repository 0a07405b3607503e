"""The Python interface for notebooks and scripts: the stages of the line as objects.

It computes in this process, stores nothing but temporary files, and needs neither Dagster nor
MLflow. Equal inputs and settings give the findings and the pipeline of a run; the search ends by
the clock, so two trainings may end in different models.
"""
