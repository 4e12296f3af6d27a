"""Agents: who acts. A pair of small networks as one flat dict of named arrays."""

from telic.agents.mlp import Network as Network
from telic.agents.mlp import activations as activations
from telic.agents.mlp import create as create
from telic.agents.mlp import logits as logits
from telic.agents.mlp import of_actor as of_actor
from telic.agents.mlp import onward as onward
from telic.agents.mlp import policy_and_value as policy_and_value
from telic.agents.mlp import sites as sites
from telic.agents.mlp import value as value
from telic.agents.observations import observed as observed
