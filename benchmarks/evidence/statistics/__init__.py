"""Statistics of accuracies over draws of the training sample: docs/statistics.md explains them.

Everything counts on numpy and scipy.special; scipy.stats takes long to load.
"""

from benchmarks.evidence.statistics.bootstrap import hierarchical_bootstrap
from benchmarks.evidence.statistics.checks import LEVEL, NO_SPREAD
from benchmarks.evidence.statistics.equivalence import (
    Equivalence,
    Noninferiority,
    equivalence_test,
    noninferiority_test,
)
from benchmarks.evidence.statistics.intervals import (
    Interval,
    mean_interval,
    paired_difference,
    paired_differences,
    welch_difference,
    wilson_interval,
)
from benchmarks.evidence.statistics.planning import pairs_needed
from benchmarks.evidence.statistics.ranks import (
    FEWEST_DATASETS,
    RankComparison,
    average_ranks,
    critical_difference,
)
from benchmarks.evidence.statistics.resampling import resampled_interval
from benchmarks.evidence.statistics.significance import (
    McNemar,
    holm,
    max_sign_flip_test,
    mcnemar_test,
    sign_flip_test,
)
from benchmarks.evidence.statistics.skewed import (
    accuracy_interval,
    difference_interval,
    one_sided_p,
    unseen_share,
)
from benchmarks.evidence.statistics.summaries import (
    area_under_learning_curve,
    interquartile_mean,
)

__all__ = [
    "FEWEST_DATASETS",
    "LEVEL",
    "NO_SPREAD",
    "Equivalence",
    "Interval",
    "McNemar",
    "Noninferiority",
    "RankComparison",
    "accuracy_interval",
    "area_under_learning_curve",
    "average_ranks",
    "critical_difference",
    "difference_interval",
    "equivalence_test",
    "hierarchical_bootstrap",
    "holm",
    "interquartile_mean",
    "max_sign_flip_test",
    "mcnemar_test",
    "mean_interval",
    "noninferiority_test",
    "one_sided_p",
    "paired_difference",
    "paired_differences",
    "pairs_needed",
    "resampled_interval",
    "sign_flip_test",
    "unseen_share",
    "welch_difference",
    "wilson_interval",
]
