"""Parts of `automl.py`: the data sets, the systems and their environments, runs, the table."""
