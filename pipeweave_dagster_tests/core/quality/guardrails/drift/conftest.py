"""A table for the comparison of two versions."""

import datetime as dt

import numpy as np
import pytest

N = 600


@pytest.fixture
def table(rng):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=i // 4) for i in range(N)]
    return {"x": rng.normal(size=N), "day": days, "y": np.arange(N) % 2}
