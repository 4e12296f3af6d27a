"""Jobs of workers whose world sleeps: they let copies of it act."""

import jax

from telic.policies import MLP, create
from telic.rollouts import HostCollector
from tests.worlds.faulty import Trouble

POLICY = MLP(width=8, actor_layers=2, critic_layers=1)


def sleep(run, options, *, tell, stop):
    """Act in a world that falls asleep in its fifth step."""
    world = Trouble(fault="sleep", kind=options.get("kind", ""))
    agent = create(jax.random.key(0), POLICY, world)
    copies = HostCollector(world, [0, 1])
    tell("notice", "it begins")
    copies.collect(jax.random.key(1), agent, 8)
