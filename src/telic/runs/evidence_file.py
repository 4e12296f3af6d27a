"""Contrast pairs as bytes: the input of a locator in another process.

They hold two agents, the states on which they are compared, other switches, and a key.
They hold neither the number of the pair nor the run's seed nor the ground truth, so a
locator's process has no access to those.
"""

from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from telic.locators import Behaviour, ContrastPair
from telic.policies import Agent
from telic.runs import artifact, codec


class Handout(NamedTuple):
    """The input of a locator.

    Attributes:
        switches: (recipient, donor) pairs, the contrast pair itself first.
        behaviour: The actions of the two agents on the states of comparison.
        key: The key for the locator.
    """

    switches: tuple[tuple[Agent, Agent], ...]
    behaviour: Behaviour
    key: jax.Array


def pack_evidence(found: ContrastPair, key: jax.Array) -> bytes:
    """The input of a locator, as the bytes of a file.

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
    """The contrast pair and the key, bit for bit as they were packed."""
    found = artifact.from_bytes(data, Path("the question"), "handout")
    given: Handout = codec.decode(found.payload, Handout, found.arrays)
    recipient, donor = given.switches[0]
    return ContrastPair(recipient, donor, given.behaviour, given.switches), given.key


def warm() -> None:
    """Start JAX and compile the operations of `unpack`, except for its shapes."""
    nothing = jax.device_put(np.zeros(1, np.float32))
    key = jax.random.wrap_key_data(jax.device_put(np.zeros(2, np.uint32)))
    jax.block_until_ready((nothing - nothing, jax.random.key_data(key)))
