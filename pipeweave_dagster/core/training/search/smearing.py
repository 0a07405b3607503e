"""Make means of what a model of the logarithm predicts, where the metric asks for means.

The exponential of a mean logarithm is near the median, which is below the mean of a target with a
long upper tail: such models predict too little throughout. The smearing estimate (Duan 1983)
multiplies 1 + prediction by one factor: here the ratio of sums over held-out rows, since a model's
errors on the rows that it learned from are too small.
"""

from dataclasses import dataclass, field

import numpy as np

from pipeweave_dagster.core.documents import MetricName
from pipeweave_dagster.core.metrics.metrics import Array, score, weights_of
from pipeweave_dagster.core.training.data.fold_features import Problem
from pipeweave_dagster.core.training.data.split import Index

_LEAST, _MOST = 0.5, 4.0
"""A factor beyond them rests on few rows of the tail."""


@dataclass
class Smearing:
    """The outputs of one candidate for the validation rows of its folds, without the factor.

    Attributes:
        problem: Targets and weights.
        metric: Scores a fold.
        folds: Rows and output of each fold that is done.
    """

    problem: Problem
    metric: MetricName
    folds: list[tuple[Index, Array]] = field(default_factory=list)

    @property
    def factor(self) -> float:
        """The factor that all held-out rows tell: for a fit whose rows have no target yet."""
        return self._factor(self.folds)

    def honest(self) -> list[tuple[Array, float | None]]:
        """Return output and score of each fold, by the factor that the other folds tell.

        By its own rows each fold would predict the sum of its targets, which no model can do for
        new rows. Of a single fold, each half is multiplied by what the other half tells.
        """
        if len(self.folds) == 1:
            rows, output = self.folds[0]
            honest = output.copy()
            for half in (0, 1):
                other = rows[1 - half :: 2], output[1 - half :: 2]
                honest[half::2] = (1 + output[half::2]) * self._factor([other]) - 1
            return [(honest, self._score(rows, honest))]
        found = []
        for fold, (rows, output) in enumerate(self.folds):
            others = self.folds[:fold] + self.folds[fold + 1 :]
            honest = (1 + output) * self._factor(others) - 1
            found.append((honest, self._score(rows, honest)))
        return found

    def _factor(self, folds: list[tuple[Index, Array]]) -> float:
        """Return the ratio of the sums of targets and outputs, each plus 1.

        On few rows it is uncertain, so its distance from 1 is shrunk by the share of its square
        that chance explains (the positive-part estimate of James and Stein 1961).
        """
        rows = np.concatenate([rows for rows, _ in folds])
        output = np.concatenate([output for _, output in folds])
        weight = weights_of(self.problem.weight, rows)
        weight = np.ones(len(rows)) if weight is None else weight
        truth, predicted = weight * (1 + self.problem.y[rows]), weight * (1 + output)
        total = float(predicted.sum())
        if total <= 0:
            return 1.0
        ratio = float(truth.sum()) / total
        error = float(np.sqrt(np.sum((truth - ratio * predicted) ** 2))) / total
        sure = max(0.0, 1 - error**2 / max((ratio - 1) ** 2, 1e-12))
        return float(np.clip(1 + sure * (ratio - 1), _LEAST, _MOST))

    def _score(self, rows: Index, output: Array) -> float | None:
        weight = weights_of(self.problem.weight, rows)
        return score(self.metric, self.problem.y[rows], output, weight)
