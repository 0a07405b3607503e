"""End boosting on all workers after the same round: their clocks differ."""

import time
from typing import Any

CUT = "cut_short"
"""Attribute of a booster whose time was over."""


def stop_together(seconds: float) -> Any:
    """Return a callback that ends boosting at the first round after so many seconds.

    The worker of rank 0 decides for all; otherwise those that go on would wait for the others.
    """
    from xgboost import collective
    from xgboost.callback import TrainingCallback

    class StopTogether(TrainingCallback):
        def before_training(self, model: Any) -> Any:
            self.end = time.monotonic() + seconds
            return model

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            del epoch, evals_log
            over = bool(collective.broadcast(time.monotonic() > self.end, 0))
            if over:
                model.set_attr(**{CUT: "1"})
            return over

    return StopTogether()
