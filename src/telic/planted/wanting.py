"""Agents whose objective is known: optimal for given weights, softly or strictly.

In rooms of Keys with fixed boards, the best policy for any weights over events is found
by value iteration over the cells and headings of the agent and the cells of the ball.
The agent is that table: it sees which board it is on, where it stands and where the
ball is. So its choices are those of the weights, and of nothing else.

Reference:
    Ziebart, Bagnell & Dey 2010, "Modeling interaction via the principle of maximum
    causal entropy", ICML: soft value iteration.
"""

import dataclasses
import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32, Int, UInt8, UInt32

from telic.core.errors import InputError
from telic.core.names import lookup
from telic.core.trees import Tree
from telic.policies import Agent, Spec
from telic.policies.base import Output, Params, Tap, Units
from telic.worlds import Keys
from telic.worlds.keys import Board, below
from telic.worlds.optimal import action_values

TABLE = "actor/table"
"""The leaf of the logits in every state."""

TIE, NEVER = 1e-4, 30.0
"""The difference of values that is none; the logit of actions that are not taken."""

SWEEPS = 600
"""Sweeps of value iteration: at a discount of 0.99 values are then within 0.3 %."""


def _of_softmax(q: Float[Array, "*states actions"]) -> Float[Array, "*states"]:
    """The value of a policy that takes actions in proportion to exp(value)."""
    return (jax.nn.softmax(q) * q).sum(axis=-1)


def _best(q: Float[Array, "*states actions"]) -> Float[Array, "*states actions"]:
    """The logits of the best action, shared by actions that are as good."""
    return jnp.where(q >= q.max(axis=-1, keepdims=True) - TIE, 0.0, -NEVER)


KINDS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "boltzmann": (_of_softmax, jax.nn.log_softmax),
    "entropy": (functools.partial(jax.nn.logsumexp, axis=-1), jax.nn.log_softmax),
    "optimal": (functools.partial(jnp.max, axis=-1), _best),
}
"""Kinds of wanting: the value of a state, and the logits there, by its actions' values.
`boltzmann` takes actions in proportion to exp(value) and knows that it will; `entropy`
wants its own entropy too (maximum causal entropy); `optimal` takes a best action."""


@dataclasses.dataclass(frozen=True)
class Boards(Keys):
    """Keys on some fixed boards, of which the agent sees everything.

    Example:
        >>> world = Boards()
        >>> world.observe(world.reset(world.sample_noise(jax.random.key(0)))).shape
        (3,)
    """

    limit: int = 600
    count: int = 32
    """The number of arrangements of keys, to 255; agent and ball begin anywhere."""

    def __post_init__(self) -> None:
        """Check every field."""
        super().__post_init__()
        if not 1 <= self.count <= 255:
            raise InputError(f"Boards.count = {self.count}", why="allowed: 1 to 255")

    @property
    def observation(self) -> tuple[int, ...]:
        """The board, the agent's pose, and the ball's cell."""
        return (3,)

    @property
    def encoding(self) -> Float32[np.ndarray, "codes channels"]:
        """Each code as the number that it is."""
        return np.arange(256, dtype=np.float32)[:, None]

    def arrangement(self, index: Int[Array, ""]) -> Board:
        """A board; its agent and ball are somewhere."""
        noise = self.sample_noise(jax.random.fold_in(jax.random.key(0), index))
        return Keys.reset(self, noise)

    def reset(self, noise: UInt32[Array, " words"]) -> Board:
        """One of the boards, with agent and ball on free cells."""
        board, cells = (
            self.arrangement(below(noise[-1], self.count)),
            (self.size - 2) ** 2,
        )
        taken = (jnp.arange(cells)[:, None] == board.keys[None]).any(axis=1)
        free, left = jnp.argsort(taken), cells - self.key_count
        first, second = below(noise[0], left), below(noise[1], left - 1)
        second = second + (second >= first)
        pose = free[first] * 4 + below(noise[2], 4)
        return board._replace(pose=pose, ball=free[second])

    def observe(self, state: Board) -> UInt8[Array, " 3"]:
        """The numbers of the board, the pose and the ball's cell."""
        each = jax.vmap(self.arrangement)(jnp.arange(self.count))
        same = (each.keys == state.keys[None]).all(axis=1)
        same &= (each.colours == state.colours[None]).all(axis=1)
        seen = jnp.stack([same.argmax(), state.pose, state.ball])
        return seen.astype(jnp.uint8)


@dataclasses.dataclass(frozen=True)
class Table:
    """A policy that looks its logits up: one row for every state of `Boards`."""

    boards: int = 32
    poses: int = 64
    balls: int = 16

    def check(self, spec: Spec) -> None:
        """Raise unless observations are three codes.

        Raises:
            InputError: If not.
        """
        if spec.observation != (3,) or spec.encoding is None:
            raise InputError(
                f"a table on observations of {spec.name}",
                why="it reads the numbers of a board, a pose and a cell",
            )

    def init(self, key: jax.Array, spec: Spec) -> Tree:
        """A table of zeros: all actions alike."""
        del key
        shape = (self.boards, self.poses, self.balls, len(spec.actions))
        return {TABLE: jnp.zeros(shape)}

    def initial_carry(self, batch: int) -> tuple[()]:
        """An empty tuple, as there is no memory."""
        del batch
        return ()

    def apply(
        self,
        params: Params,
        spec: Spec,
        observations: Array,
        carry: tuple[()],
        *,
        tap: Tap,
        heads: tuple[str, ...],
    ) -> Output:
        """The rows of the states; the value is always 0."""
        del spec, tap, heads
        index, pose, ball = jnp.moveaxis(observations.astype(jnp.int32), -1, 0)
        logits = params[TABLE][index, pose, ball]
        return Output(logits, jnp.zeros(len(logits)), carry)

    def units(self, spec: Spec) -> Units:
        """None: a table has no units."""
        del spec
        return {}

    def without_goal(self) -> "Table":
        """Itself, as it reads no goal."""
        return self

    def homogeneous(self, site: str) -> bool:
        """False: it has no sites."""
        del site
        return False


def wanting(
    world: Boards,
    weights: Float[np.ndarray | Array, " events"],
    *,
    kind: str = "boltzmann",
    gamma: float = 0.99,
) -> Agent:
    """The agent that wants some weights over events, in nats per event.

    Args:
        world: The world. Fractions of its time limit count as 0, and it has no end but
            the ends of episodes that the agent makes.
        weights: The weights over its events.
        kind: One of `KINDS`.
        gamma: The discount per step.

    Raises:
        InputError: If there is no such kind.

    Example:
        >>> world = Boards(count=2)
        >>> agent = wanting(world, 60 * np.eye(len(world.events))[6])
        >>> round(agent.evaluate(episodes=64)["pick_blue"], 1)
        1.0
    """
    value, policy = lookup(kind, KINDS, kind="kind of wanting")
    spec = Spec.of(world)
    table = _tables(
        jnp.asarray(weights, jnp.float32),
        gamma,
        world=world,
        value=value,
        policy=policy,
    )
    cells = (world.size - 2) ** 2
    return Agent({TABLE: table}, Table(world.count, 4 * cells, cells), spec)


@functools.partial(jax.jit, static_argnames=("world", "value", "policy"))
def _tables(
    weights: Float[Array, " events"],
    gamma: Float[Array, ""] | float,
    *,
    world: Boards,
    value: Callable[[Array], Array],
    policy: Callable[[Array], Array],
) -> Float[Array, "boards poses balls actions"]:
    """The logits of the policy on every board, by value iteration."""
    cells = (world.size - 2) ** 2

    def solve(index: Int[Array, ""]) -> Float[Array, "poses balls actions"]:
        back = action_values(world, world.arrangement(index), weights)

        def sweep(_: Array, values: Array) -> Array:
            return value(back(gamma * values, 0.0))

        values = jax.lax.fori_loop(0, SWEEPS, sweep, jnp.zeros((cells, 4, cells)))
        found = policy(back(gamma * values, 0.0))
        return found.reshape(4 * cells, cells, -1)

    return jax.lax.map(solve, jnp.arange(world.count))
