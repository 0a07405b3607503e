"""How the rate of false alarms is divided over all batches of a data set."""

FALSE_ALARM_RATE = 0.05


def level_of(test: int) -> float:
    """Return the error rate that the batch with this number (from 1) may spend.

    The rates 0.05 / (t (t + 1)) add up to 0.05 over any number of batches: with a probability of
    95 % a data set without drift never raises an alarm. The p-values fall exponentially with the
    number of rows, so later batches lose little power.

    Example:
        >>> level_of(1), round(sum(level_of(t) for t in range(1, 10_000)), 4)
        (0.025, 0.05)
    """
    return FALSE_ALARM_RATE / (test * (test + 1))
