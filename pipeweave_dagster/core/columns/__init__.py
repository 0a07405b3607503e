"""A table as integer codes: each column is encoded once, and every statistic counts the codes.

Shared by `quality`, `eda` and `monitoring`. Import from the submodules, which need numpy.
"""
