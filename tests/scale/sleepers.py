"""Jobs of workers whose world sleeps: they let copies of it act."""

import jax

from telic.agents import Network, create
from telic.training.host import Gatherer
from tests.worlds.faulty import Trouble

NETWORK = Network(width=8, actor_layers=2, critic_layers=1)


def sleep(run, options, *, tell, stop):
    """Act in a world that falls asleep in its fifth step."""
    world = Trouble(fault="sleep", kind=options.get("kind", ""))
    agent = create(jax.random.key(0), NETWORK, world)
    copies = Gatherer(world, NETWORK, [0, 1])
    tell("notice", "it begins")
    copies.rollout(jax.random.key(1), agent, 8)
