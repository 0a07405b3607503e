"""From the search's results to one model: members, stack, calibration, refit."""
