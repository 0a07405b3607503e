"""The tuning constants of the search: what it tries, for how long, and when it stops."""

from dataclasses import dataclass, field

from pipeweave_dagster.core.training.data.limits import DataLimits
from pipeweave_dagster.core.training.search.ensemble_policy import EnsemblePolicy


@dataclass(frozen=True)
class SearchPolicy:
    """Thresholds of a search; shares are fractions, times are in seconds."""

    always_tried: tuple[str, ...] = ("dummy", "linear")
    """Candidates fitted even on a spent budget, while there is no other model: "no signal" needs
    one beside the baseline."""
    always_tried_s: float = 3.0
    """Seconds that each of them gets at least: a linear model of most tables needs less."""
    fair_share: float = 1.5
    """Factor on an equal share of the time left, since most candidates need less than theirs."""
    largest_share: float = 0.35
    """Most of the time left that the first candidate of a family may take, however few remain."""
    boosting_share: float = 0.2
    """The same for boosting that can be tried again with a higher learning rate if it is cut: cut
    half-way, it is worse than in larger steps to the end."""
    faster_rate: float = 4.0
    """Factor on the learning rates of boosting after a first candidate that took too long."""
    largest_variant_share: float = 0.2
    """The same for a variant, which is less likely to win than a new family."""
    best_variants_part: float = 0.35
    """Share of the time left for variants of the best families."""
    other_variants_part: float = 0.15
    """Share of the time left for variants of the other families, which seldom win."""
    best_families: int = 3
    """Families whose variants come first: an ensemble gains from more than one."""
    least_start_s: float = 0.2
    """With fewer seconds left, no candidate is started: it would only be cut."""
    least_fit_s: float = 0.1
    """Seconds that a started fit gets at least, so that it ends with a usable model."""
    timeout_grace_s: float = 0.5
    """Seconds beyond its deadline after which a fit is abandoned: most check the clock rarely."""

    comparison_rows: int = 2_500
    """Validation rows that tell candidates apart; more folds would cost candidates."""
    comparison_budget_s: float = 60.0
    """Budget up to which that suffices; it grows in proportion, as the best of many is luckier."""
    max_finalists: int = 10
    """Candidates that go on to the second fold, twice as many with parallel fits."""
    finalists_less_per_fold: int = 2
    """How many fewer go on to each further fold, as the ranking becomes surer."""
    min_finalists: int = 5
    """Candidates that go on at least; a proposal that ranks among as many counts as a gain."""
    min_width: int = 4
    """Candidates that go on to a fold even if time seems too short for all of their folds."""
    leader_gain: float = 0.7
    """Share of the best candidate's gain over the baseline from which the best of a family goes on
    to every fold too, where there is time: it may be a member, as it errs differently."""
    candidates_with_models: int = 30
    """Fitted candidates whose models stay in memory, beside the best ones of each family."""
    leaders_with_models: int = 3
    """Candidates per family whose models stay in memory whatever their rank."""
    further_fold_share: float = 0.5
    """Most of the time left that one further fold may take."""

    max_proposals: int = 300
    """Proposals after which the search ends: all of them are kept in memory."""
    proposal_share: float = 0.2
    """Most of the time left that the first fold of a proposal may take."""
    patience: int = 8
    """Proposals in a row without a gain after which the search ends."""
    patience_per_s: float = 5.0
    """One more proposal of patience per so many seconds of budget: longer searches gain slower."""

    reserve_candidates: int = 4
    """Best candidates whose refit is reserved: ensembles seldom have more heavy members."""
    max_refit_share: float = 0.35
    """Most of the budget that is reserved for the refit, so that the search gets its time."""
    second_seed_share: float = 0.1
    """Share of the budget up to which second seeds are worth waiting for."""
    max_seeds: int = 5
    """Seeds per member of a family with random draws, if time allows: more bring ever less."""
    seeds_reserved: int = 2
    """Seeds per member that time is reserved for: the first of them brings most."""
    max_output_share: float = 0.25
    """Most of the budget that is reserved for test predictions and files beyond the reserve."""
    slower_fit: float = 1.3
    """Factor on the expected seconds of a fit: on a busy machine it may take so much longer."""
    hopeful_fit: float = 0.7
    """Factor on the expected seconds of a fit that watches its deadline and may be cut."""
    min_weight_kept: float = 0.5
    """Share of the weight that must be refitted: with less it would be another model."""
    output_part: float = 0.5
    """Part of the reserve for predictions and files before the refit; the rest is for after it."""
    sample_part: float = 0.5
    """Share of the time left for searching the sample, where one candidate then uses all rows."""

    cross_guide: str = "lightgbm"
    """Candidate whose split gains tell which columns to cross: it is among the quickest."""
    max_cross_cells: int = 30_000_000
    """Rows times crosses above which none are made: 240 MB as float64."""
    crossed_numbers: int = 6
    """Numeric columns that are crossed: 15 pairs, 4 operators each."""
    crossed_categories: int = 5
    """Categorical columns that are crossed: 10 pairs."""
    max_cross_correlation: float = 0.9999
    """Correlation with its source above which a cross is left out: trees cannot use it."""

    tested_groups: int = 10
    """Columns whose equal values are tested as groups that numbers are relative to; 0 for none."""
    tested_numbers: int = 20
    """Numeric columns that are tested relative to each of them."""
    max_group_cells: int = 2_000_000
    """Rows times tested pairs, which take a second."""
    group_rows: int = 600
    """Validation rows whose errors are tested: with fewer, only strong effects are found."""
    group_share: float = 0.05
    """Most of the time left for further folds of the model that makes these errors."""
    group_p: float = 0.05
    """Probability by chance, over all tests, below which a group is worth a candidate's time."""
    max_relative: int = 8
    """Numbers relative to a group that are added; each makes four inputs."""
    max_relative_cells: int = 400_000
    """Rows times numbers that are added: the model file holds 16 bytes for each."""
    max_encoded: int = 3
    """Groups that are also encoded by target means."""

    ensemble: EnsemblePolicy = field(default_factory=EnsemblePolicy)
    """How the ensemble is built from the results."""
    data: DataLimits = field(default_factory=DataLimits)
    """How many rows and cells are read, divided into folds and fitted in parallel."""


DEFAULT_POLICY = SearchPolicy()
