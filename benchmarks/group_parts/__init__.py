"""Parts of `group_features.py`: the generated tables, and one training."""
