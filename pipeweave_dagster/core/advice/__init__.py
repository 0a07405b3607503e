"""Advice of models: requests that share little, and replies that are validated before use."""
