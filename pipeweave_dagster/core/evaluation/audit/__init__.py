"""Audit of a model after training, outside its budget: are its scores and importances valid?"""
