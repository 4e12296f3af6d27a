"""Policies: the network kinds of agents, each one forward pass with taps."""

from telic.policies.adapted import Adapted as Adapted
from telic.policies.agent import Agent as Agent
from telic.policies.agent import create as create
from telic.policies.base import HEADS as HEADS
from telic.policies.base import INPUT as INPUT
from telic.policies.base import LOGITS as LOGITS
from telic.policies.base import VALUE as VALUE
from telic.policies.base import Output as Output
from telic.policies.base import Policy as Policy
from telic.policies.base import Use as Use
from telic.policies.base import renewed as renewed
from telic.policies.capture import capture as capture
from telic.policies.capture import recording as recording
from telic.policies.conv import Conv as Conv
from telic.policies.mlp import MLP as MLP
from telic.policies.nature import Nature as Nature
from telic.policies.observations import Observations as Observations
from telic.policies.observations import observed as observed
from telic.policies.recurrent import Recurrent as Recurrent
from telic.policies.spec import Spec as Spec
from telic.rollouts.actor import remembers as remembers

POLICIES: dict[str, type[Policy]] = {
    "mlp": MLP,
    "conv": Conv,
    "nature": Nature,
    "recurrent": Recurrent,
    "adapted": Adapted,
}
"""Every kind of network, by its name in stored runs."""
