"""What the machine could do at best, and what the recipe asks of it.

A dense float32 learner is bound by matrix products. Their fastest rate on one core,
over the floating-point operations of one environment step, is a ceiling on its speed.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp

SHAPES = [
    (512, 512, 512),
    (1024, 1024, 1024),
    (2048, 2048, 2048),
    (4096, 512, 512),
    (4096, 500, 128),
    (4096, 128, 128),
]
"""Rows, inner, columns: squares, where libraries are fastest, and the learner's own."""


def peak(repeats: int = 20) -> tuple[float, float]:
    """What float32 matrix products reach in this process, in GFLOP/s.

    Uses as many threads as the process may; pin it to one core to speak of one core.

    Args:
        repeats: How often each shape is timed.

    Returns:
        The median rate of the shape whose median is best, as a speed of training is a
        median too; and the fastest single product of any shape, which none exceeds.
    """
    found = [rates(shape, repeats) for shape in SHAPES]
    return max(map(statistics.median, found)), max(map(max, found))


def rates(shape: tuple[int, int, int], repeats: int) -> list[float]:
    """Several timings of one shape, in GFLOP/s."""
    rows, inner, columns = shape
    left_key, right_key = jax.random.split(jax.random.key(0))
    left = jax.random.normal(left_key, (rows, inner), jnp.float32)
    right = jax.random.normal(right_key, (inner, columns), jnp.float32)
    product = jax.jit(jnp.matmul)
    product(left, right).block_until_ready()
    return [
        2 * rows * inner * columns / timed(product, left, right) / 1e9
        for _ in range(repeats)
    ]


def timed(
    product: Callable[..., jax.Array], left: jax.Array, right: jax.Array
) -> float:
    """Seconds that one product takes."""
    start = time.perf_counter()
    product(left, right).block_until_ready()
    return time.perf_counter() - start


def flops_per_step(
    inputs: int = 500,
    actions: int = 7,
    *,
    actor: Sequence[int] = (128, 128, 128),
    critic: Sequence[int] = (128, 128),
    epochs: int = 8,
) -> int:
    """Floating-point operations of the dense layers for one environment step of PPO.

    Acting takes one forward pass. Each epoch takes another, as many products again for
    the weights' gradients, and for the inputs' gradients all but the first layers'.
    Biases, activations, losses and the optimiser are not counted.

    Example:
        >>> flops_per_step() / 1e6
        6.8608
    """
    networks = [(inputs, *actor, actions), (inputs, *critic, 1)]
    forward = sum(products(widths) for widths in networks)
    input_gradients = sum(products(widths[1:]) for widths in networks)
    return 2 * (forward + epochs * (2 * forward + input_gradients))


def products(widths: Sequence[int]) -> int:
    """Multiply-adds of one pass through dense layers of these widths."""
    return sum(fan_in * fan_out for fan_in, fan_out in pairwise(widths))
