"""Formulas: searches for an expression of other columns that gives the target, and confirms it.

The expressions are those of a small language: terms (`terms`), exact fits of their weighted sums
(`exact_fit`), and searches that combine both for numbers and for classes. See decision 30.
"""
