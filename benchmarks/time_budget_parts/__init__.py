"""Generated tables of all kinds, and the measurement of one whole command."""
