"""The figures of a benchmark, for print: each is drawn as PDF and PNG and told in words.

Each function takes data and the path of its files without their ending, and hands back a
`Drawing`. The same data give the same bytes, in whatever order they come. matplotlib is loaded by
the first figure, not by importing this package.
"""

from benchmarks.evidence.figures.accuracies import accuracies, without_curves
from benchmarks.evidence.figures.cells import measured_rows
from benchmarks.evidence.figures.confusion import confusion_matrices
from benchmarks.evidence.figures.drawing import Drawing
from benchmarks.evidence.figures.forest import forest_plot
from benchmarks.evidence.figures.generated import generated_sheets
from benchmarks.evidence.figures.learning import learning_curves
from benchmarks.evidence.figures.mistakes import count_mistakes, mistakes_sheet
from benchmarks.evidence.figures.paired import paired_differences
from benchmarks.evidence.figures.ranks import rank_diagram
from benchmarks.evidence.figures.training import training_curves
from benchmarks.evidence.figures.tuning import tuning_progress

__all__ = [
    "Drawing",
    "accuracies",
    "confusion_matrices",
    "count_mistakes",
    "forest_plot",
    "generated_sheets",
    "learning_curves",
    "measured_rows",
    "mistakes_sheet",
    "paired_differences",
    "rank_diagram",
    "training_curves",
    "tuning_progress",
    "without_curves",
]
