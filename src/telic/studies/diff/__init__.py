"""Diff: two checkpoints of anybody's; what changed, what it does, and where it sits.

It is no study of runs: its agents may come from any file, and one pair is enough. So
it stands beside the studies, and the verb `telic diff` calls it.
"""

from telic.studies.diff.measure import Difference as Difference
from telic.studies.diff.measure import Pair as Pair
from telic.studies.diff.measure import Settings as Settings
from telic.studies.diff.measure import difference as difference
from telic.studies.diff.summary import summarise as summarise
