"""Find, fit and register the best model that a person can read; its margin is a sum of curves."""
