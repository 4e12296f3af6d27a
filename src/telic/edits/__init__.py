"""Edits: changes of an agent that move its goal.

To add an edit: one file with a frozen dataclass, and one line in `EDITS`.
"""

from telic.core.names import Registry
from telic.edits.ablate import Ablate as Ablate
from telic.edits.base import Edit as Edit
from telic.edits.base import EditSummary as EditSummary
from telic.edits.base import edit_summary as edit_summary
from telic.edits.chain import Chain as Chain
from telic.edits.graft import Graft as Graft
from telic.edits.graft import random_mask as random_mask
from telic.edits.graft import top as top
from telic.edits.low_rank import LowRank as LowRank
from telic.edits.noise import Noise as Noise
from telic.edits.patch import Patch as Patch
from telic.edits.relabel import Relabel as Relabel
from telic.edits.splice import Interpolate as Interpolate
from telic.edits.splice import Splice as Splice
from telic.edits.steer import Steer as Steer
from telic.edits.transport import Transport as Transport
from telic.edits.weights import Add as Add

EDITS: Registry[type[Edit]] = Registry(
    "edit",
    {
        "add": Add,
        "splice": Splice,
        "graft": Graft,
        "low_rank": LowRank,
        "interpolate": Interpolate,
        "steer": Steer,
        "patch": Patch,
        "ablate": Ablate,
        "transport": Transport,
        "relabel": Relabel,
        "noise": Noise,
        "chain": Chain,
    },
)
