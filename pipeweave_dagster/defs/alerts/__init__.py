"""Alerts about what failed, is late or was rolled back."""
