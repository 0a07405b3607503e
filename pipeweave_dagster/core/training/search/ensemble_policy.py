"""The tuning constants of ensembling, stacking, calibration and the duplicate-row lookup."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class EnsemblePolicy:
    """Thresholds of building one model from the results of a search."""

    selection_steps: int = 20
    """Members added one by one, so weights are multiples of at least 1/20."""
    selection_rows: int = 10_000
    """Rows on which weights are chosen; more of them would not change the weights."""
    min_selection_rows: int = 60
    """With fewer rows, the best candidate is taken alone: weights would fit to chance."""
    bagged_rows: int = 3_000
    """Up to so many rows, the weights are averaged over bags, as one selection overfits."""
    bags: int = 8
    """Selections from half of the candidates on resampled rows that are averaged."""
    max_candidates: int = 25
    """Best candidates to choose from: the time of a selection grows with their number."""
    per_family: int = 6
    """Candidates of one family among them, as long as other families have any: variations of the
    best one would leave out what errs differently."""
    min_weight: float = 0.04
    """Lighter members are left out: they cost time and change predictions hardly."""
    refit_part: float = 0.9
    """Share of the time left that the refit may be planned to take."""
    refit_gain: float = 0.02
    """What a fit on all rows brings at least, as a share of how much better than the baseline the
    ensemble is: quicker candidates that lose less are chosen where there is no time to refit it."""
    output_part: float = 0.7
    """Share of the time until the end for predicting the test rows with the chosen members."""
    single_candidates: int = 4
    """Candidates that are compared with the ensemble where one model is wanted for serving."""

    stack_share: float = 0.5
    """Weight of the stacked prediction beside the weighted mean: half of each is the safer one."""
    min_stack_rows: int = 300
    """With fewer rows there is no stack: a regression would fit to chance."""
    stack_rows: int = 10_000
    """Rows that the stack is fitted on at most, for a second or two."""
    max_stack_cells: int = 8_000_000
    """Inputs times outputs times rows above which rows are sampled, for some seconds."""
    stack_budget_share: float = 0.05
    """Share of the budget that the stack of several classes may take; fewer rows take less."""
    stack_cell_s: float = 1.8e-6
    """Seconds of all its fits per such cell (measured on one core, 26 classes)."""
    stack_rows_per_input: int = 10
    """Rows per input that a stack needs, the usual rule for regressions."""
    stack_folds: int = 3
    """Folds by which the predictions of the stack itself are cross-fitted."""
    stack_c: float = 0.02
    """Inverse L2 penalty of the logistic stack, small so that it stays near equal weights."""
    stack_ridge: float = 5e-3
    """L2 penalty per row of the linear stack of values."""
    stack_steps: int = 100
    """Iterations of the logistic stack at most."""

    min_calibration_rows: int = 200
    """With fewer rows probabilities are left as they are."""
    calibration_z: float = 2.0
    """Standard errors by which the log loss must fall."""
    log_temperature: tuple[float, float] = (-1.2, 1.2)
    """Range of the logarithm of the temperature, 0.3 to 3.3."""

    min_duplicate_share: float = 0.05
    """Share of duplicate rows below which a lookup is not worth its size."""
    min_duplicates: int = 60
    """Duplicate rows below which their agreement may be chance."""
    max_lookup_cells: int = 2_000_000
    """Rows times classes above which there is no lookup, for its size in the model file."""
    lookup_trusts: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
    """Weights of the seen target against the model that are compared."""
    lookup_z: float = 3.0
    """Standard errors by which the loss must fall: the best of six weights is chosen."""


DEFAULT_ENSEMBLE_POLICY = EnsemblePolicy()


def within(policy: EnsemblePolicy, budget_s: float) -> EnsemblePolicy:
    """Return the policy whose stack takes its share of a budget at most."""
    cells = policy.stack_budget_share * budget_s / policy.stack_cell_s
    return replace(policy, max_stack_cells=int(min(policy.max_stack_cells, cells)))
