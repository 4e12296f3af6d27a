"""ContrastPair as bytes: what a locator is asked about, and nothing else.

A locator is asked about two agents, the states on which they are compared, other
switches, and a key. The number of the pair, the run's seed and the truth are not in it:
another process that holds these bytes holds no more than a locator is given.
"""

from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from telic.locators import Behaviour, ContrastPair
from telic.policies import Agent
from telic.runs import artifact, codec


class Handout(NamedTuple):
    """What a locator is given.

    Attributes:
        switches: (recipient, donor), those that it is asked about first.
        behaviour: What the two would do where.
        key: The key for the locator.
    """

    switches: tuple[tuple[Agent, Agent], ...]
    behaviour: Behaviour
    key: jax.Array


def pack_evidence(found: ContrastPair, key: jax.Array) -> bytes:
    """What a locator is given, as the bytes of a file.

    Args:
        found: The evidence, without the truth.
        key: The key for the locator.

    Example:
        >>> from telic.locators.toys import toy
        >>> again, key = unpack_evidence(pack_evidence(toy(), jax.random.key(0)))
        >>> sorted(again.recipient) == sorted(toy().recipient), again.truth
        (True, None)
    """
    given = Handout(found.switches, found.behaviour, key)
    return artifact.to_bytes("handout", *codec.pack(given))


def unpack_evidence(data: bytes) -> tuple[ContrastPair, jax.Array]:
    """The evidence and the key, bit for bit as they were packed."""
    found = artifact.from_bytes(data, Path("the question"), "handout")
    given: Handout = codec.decode(found.payload, Handout, found.arrays)
    recipient, donor = given.switches[0]
    return ContrastPair(recipient, donor, given.behaviour, given.switches), given.key


def warm() -> None:
    """Start JAX, and compile what reading a question takes: all but its own shapes."""
    nothing = jnp.asarray(np.zeros(1, np.float32))
    key = jax.random.wrap_key_data(jnp.asarray(np.zeros(2, np.uint32)))
    jax.block_until_ready((nothing - nothing, jax.random.key_data(key)))
