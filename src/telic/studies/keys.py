"""Random keys of a study: another one for every seed, agent and purpose.

With one key for all seeds, every seed plays the same boards beside the same draw of a
null, and no interval over seeds holds the share of either.
"""

from typing import Literal, get_args

import jax

from telic.runs.folder import Run

# JAX's `split` and `fold_in` meet: these keys stand where a run's own training keys do.
# Training folds further numbers in, so no draw of a study is one of its training; a
# number folded in first would keep them apart, and change every row.

Purpose = Literal[
    "boards", "nulls", "evidence", "fits", "recovery", "labels", "probes", "choice"
]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""What keys are for; a further one is added at the end, or all keys change."""


def key_of(run: Run, purpose: Purpose, number: int = 0) -> jax.Array:
    """The key of a run for a purpose and, where there are several, a number: a phase.

    Runs of the same seed share it, so that variants of a recipe play the same boards.
    """
    key = jax.random.fold_in(jax.random.key(run.seed()), PURPOSES.index(purpose))
    return jax.random.fold_in(key, number)
