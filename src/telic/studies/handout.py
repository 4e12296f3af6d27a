"""A handout: one question of an exam as bytes, and nothing else of its paper.

A locator is asked about two agents, the states on which they are compared, other
switches, and a key. The number of the pair, the run's seed and the truth are not in it:
another process that holds a handout holds no more than a locator is given.
"""

import json

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load, save

from telic.core.trees import Arrays, under
from telic.locate import Behaviour, ContrastPair
from telic.policies import Agent, Spec
from telic.runs import codec
from telic.studies.paper import SIDES
from telic.training.plan import Plan
from telic.training.ppo import Hyper, Sizes
from telic.worlds import Objective, Phase

SHAPE = "shape"
"""Under which the header has the agents' policy and world."""


def pack(found: ContrastPair, key: jax.Array) -> bytes:
    """What a locator is given, as safetensors.

    Args:
        found: The evidence, without the truth.
        key: The key for the locator.

    Example:
        >>> from telic.locate.toys import toy
        >>> again, key = unpack(pack(toy(), jax.random.key(0)))
        >>> sorted(again.recipient) == sorted(toy().recipient), again.truth
        (True, None)
    """
    arrays = {
        f"{number:03d}/{side}/{path}": np.asarray(leaf)
        for number, switch in enumerate(found.switches)
        for side, agent in zip(SIDES, switch, strict=True)
        for path, leaf in agent.items()
    }
    behaviour = found.behaviour
    arrays["observations"] = np.array(behaviour.observations, order="C")
    arrays["gap"] = np.array(behaviour.gap, order="C")
    if not isinstance(behaviour.first, tuple):
        arrays["first"] = np.array(behaviour.first, order="C")
    arrays["key"] = np.asarray(jax.random.key_data(key))
    return save(arrays, {SHAPE: json.dumps(_shape(found))})


def unpack(data: bytes) -> tuple[ContrastPair, jax.Array]:
    """The evidence and the key, bit for bit as they were packed."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])["__metadata__"]
    shape = codec.decode(json.loads(header[SHAPE]))
    arrays = dict(sorted(load(data).items()))
    numbers = sorted({name[:3] for name in arrays if name[:3].isdigit()})
    switches = [
        (
            _agent(arrays, f"{number}/{SIDES[0]}", shape),
            _agent(arrays, f"{number}/{SIDES[1]}", shape),
        )
        for number in numbers
    ]
    seen, gap = (jnp.asarray(arrays[name]) for name in ("observations", "gap"))
    first = jnp.asarray(arrays["first"]) if "first" in arrays else ()
    behaviour = Behaviour(seen, gap, first)
    key = jax.random.wrap_key_data(jnp.asarray(arrays["key"]))
    return ContrastPair(*switches[0], behaviour, tuple(switches)), key


def warm() -> None:
    """Start JAX, and compile what reading a question takes: all but its own shapes."""
    nothing = jnp.asarray(np.zeros(1, np.float32))
    key = jax.random.wrap_key_data(jnp.asarray(np.zeros(2, np.uint32)))
    jax.block_until_ready((nothing - nothing, jax.random.key_data(key)))


def _agent(arrays: Arrays, prefix: str, shape: Plan) -> Agent:
    """One agent."""
    leaves = {p: jnp.asarray(leaf) for p, leaf in under(arrays, prefix).items()}
    return Agent(leaves, shape.policy, Spec.of(shape.world))


def _shape(found: ContrastPair) -> dict[str, object]:
    """Policy and world as a plan has them; nothing else in that plan is anybody's."""
    world = found.recipient.spec.world
    assert world is not None
    plan = Plan(
        world=world,
        policy=found.recipient.policy,
        hyper=Hyper(),
        sizes=Sizes(),
        objectives=(Objective("nothing", {}),),
        schedule=(Phase("nothing", 1),),
    )
    return codec.encode(plan)
