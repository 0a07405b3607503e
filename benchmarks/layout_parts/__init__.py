"""Parts of `fit_layout.py`."""
