"""Statistics over seeds: arrays in, numbers out.

A seed is the unit of evidence: one training run from one random key. `summary` reduces
many seeds to one number, `intervals` and `resampling` give its uncertainty, and
`comparison` tests differences between paired seeds. Nothing here reads a disk or a
global random state; the same seed gives the same digits.
"""

from telic.stats.comparison import holm as holm
from telic.stats.comparison import paired_difference as paired_difference
from telic.stats.comparison import permutation_test as permutation_test
from telic.stats.intervals import Interval as Interval
from telic.stats.intervals import wilson as wilson
from telic.stats.ranking import auroc as auroc
from telic.stats.ranking import average_precision as average_precision
from telic.stats.ranking import rank_correlation as rank_correlation
from telic.stats.resampling import Band as Band
from telic.stats.resampling import bootstrap as bootstrap
from telic.stats.resampling import bootstrap_curve as bootstrap_curve
from telic.stats.summary import iqm as iqm
