"""The Keys world once more, on MiniGrid's own engine: our rules, its grid and its view.

Two things need it. The parity tests copy boards of `telic.worlds.keys` into it and
compare every step; the benchmarks train on it, because it is what a researcher would
otherwise write. A room with walls holds an agent, a grey ball that wanders, one key for
each objective colour and one key of some other colour. The rules follow the public
experiment on alternating objectives and differ from MiniGrid's own tasks in three ways:
the agent can stand on a key, touching the ball or a wall is fatal, and picking up a key
that is not the wanted one still pays a little.

Reference: Chevalier-Boisvert et al. 2023, "Minigrid & Miniworld: Modular &
Customizable Reinforcement Learning Environments", arXiv:2306.13831.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from minigrid.core import world_object
from minigrid.core.grid import Grid
from minigrid.core.mission import MissionSpace
from minigrid.minigrid_env import MiniGridEnv
from minigrid.wrappers import OneHotPartialObsWrapper

Cell = tuple[int, int]
"""Column and row, counted from the top left corner of the walls."""

NEIGHBOURS = [step for step in itertools.product((-1, 0, 1), repeat=2) if any(step)]


@dataclass(frozen=True)
class Board:
    """Where everything is at the start of an episode.

    Attributes:
        agent: The agent's cell.
        heading: 0 right, 1 down, 2 left, 3 up.
        ball: The ball's cell.
        keys: The cell of the key of each colour.
    """

    agent: Cell
    heading: int
    ball: Cell
    keys: Mapping[str, Cell]


class Key(world_object.Key):
    """A key that the agent can stand on; underfoot it is neither seen nor reached."""

    def can_overlap(self) -> bool:
        """Always true: this is what sets it apart from MiniGrid's key."""
        return True


def any_free_cell(env: "MiniGridKeys", old_cell: Cell) -> Cell:
    """A uniformly random free neighbour of the ball's cell; the cell itself if none."""
    free = env.free_neighbours(old_cell)
    return free[env.np_random.integers(len(free))] if free else old_cell


class MiniGridKeys(MiniGridEnv):
    """Fetch the key of the wanted colour; do not touch the ball or a wall.

    An episode can start from a given board: `reset(options={"board": board})`.

    Args:
        wanted: The colour that pays the full reward.
        colours: The objective colours, each with one key on every board.
        others: The colours of which one more key is drawn.
        view: Side of the square that the agent sees, 5 or 7.
        size: Side of the room, walls included.
        choose_ball: Where the ball goes from its cell; a test can force the move.

    Raises:
        ValueError: If a colour is both an objective colour and another colour.
    """

    def __init__(
        self,
        *,
        wanted: str = "blue",
        colours: Sequence[str] = ("purple", "blue"),
        others: Sequence[str] = ("red", "green", "yellow", "grey"),
        view: int = 5,
        size: int = 6,
        choose_ball: Callable[["MiniGridKeys", Cell], Cell] = any_free_cell,
    ) -> None:
        """Make the room; nothing is in it before `reset`."""
        if twice := set(colours) & set(others):
            raise ValueError(f"{sorted(twice)} in both colours and others")
        self.wanted, self.colours, self.others = wanted, tuple(colours), tuple(others)
        self.choose_ball = choose_ball
        super().__init__(
            mission_space=MissionSpace(lambda: "fetch the wanted key"),
            grid_size=size,
            max_steps=5 * size**2,
            see_through_walls=True,
            agent_view_size=view,
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The first observation, on `options["board"]` or on a random board."""
        self.board = (options or {}).get("board")
        return super().reset(seed=seed, options=options)

    def step(
        self, action: int
    ) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Look ahead, let the ball move, act, then judge what happened."""
        # The look comes before the ball moves: walking into the cell that the ball
        # has just left is fatal, and a ball that arrives there only blocks the way.
        ahead = self.grid.get(*self.front_pos)
        blocked = ahead is not None and ahead.type != "key"
        self.move_ball()
        observation, _, _, truncated, info = super().step(action)
        reward, terminated = self.judge(action == self.actions.forward and blocked)
        return observation, reward, terminated, truncated, info

    def move_ball(self) -> None:
        """Move the ball to the cell that `choose_ball` names."""
        old_cell = self.ball.cur_pos
        new_cell = self.choose_ball(self, old_cell)
        self.grid.set(*old_cell, None)
        self.put_obj(self.ball, *new_cell)

    def free_neighbours(self, cell: Cell) -> list[Cell]:
        """The cells among the eight around `cell` that hold nothing, nor the agent."""
        around = [(cell[0] + dx, cell[1] + dy) for dx, dy in NEIGHBOURS]
        agent = tuple(self.agent_pos)
        return [at for at in around if self.grid.get(*at) is None and at != agent]

    def judge(self, hit: bool) -> tuple[float, bool]:
        """The reward, and whether the episode ends, after MiniGrid's own step."""
        if hit or self.carrying is self.ball:
            return -1.0, True
        if self.carrying is None:
            return 0.0, False
        return (self._reward() if self.carrying.color == self.wanted else 0.1), True

    def draw_board(self) -> Board:
        """A board with everything on random cells, no two of them shared."""
        inside = range(1, self.width - 1)
        cells = self.np_random.permutation(list(itertools.product(inside, inside)))
        agent, ball, *rest = [(int(x), int(y)) for x, y in cells]
        other = self.others[self.np_random.integers(len(self.others))]
        keys = dict(zip((*self.colours, other), rest, strict=False))
        return Board(agent, int(self.np_random.integers(4)), ball, keys)

    def _gen_grid(self, width: int, height: int) -> None:
        board = self.board or self.draw_board()
        self.grid = Grid(width, height)
        self.grid.wall_rect(0, 0, width, height)
        self.agent_pos, self.agent_dir = board.agent, board.heading
        self.ball = world_object.Ball("grey")
        self.put_obj(self.ball, *board.ball)
        for colour, cell in board.keys.items():
            self.put_obj(Key(colour), *cell)


class FlatImage(gymnasium.ObservationWrapper):
    """The image alone as one float32 vector, index order [x][y][channel]."""

    def __init__(self, env: gymnasium.Env) -> None:
        """Flatten the image space of `env`."""
        super().__init__(env)
        size = int(np.prod(env.observation_space["image"].shape))
        self.observation_space = Box(0, 255, (size,), np.float32)

    def observation(self, observation: dict[str, Any]) -> np.ndarray:
        """The image of one observation, flat."""
        return observation["image"].ravel().astype(np.float32)


def post(env: MiniGridKeys) -> gymnasium.Env:
    """What the written experiment describes: 5 x 5 cells one-hot, 500 inputs."""
    return FlatImage(OneHotPartialObsWrapper(env))


def code(env: MiniGridKeys) -> gymnasium.Env:
    """What its code trains on: 7 x 7 cells of three raw integers, 147 inputs."""
    return FlatImage(env)


def make(preset: str = "post", **rules: Any) -> gymnasium.Env:
    """The world with the view and the observation of a preset, "post" or "code"."""
    view, wrap = {"post": (5, post), "code": (7, code)}[preset]
    return wrap(MiniGridKeys(view=view, **rules))


def make_vec(num_envs: int = 32, preset: str = "post") -> SyncVectorEnv:
    """Worlds stepped one after the other; an ended one restarts in the same step."""
    copies = [partial(make, preset)] * num_envs
    return SyncVectorEnv(copies, autoreset_mode=AutoresetMode.SAME_STEP)


def world_only(num_envs: int, iterations: int = 5, num_steps: int = 512) -> list[float]:
    """Environment steps per second without a learner, one figure per iteration."""
    envs = make_vec(num_envs)
    envs.reset(seed=0)
    draw = np.random.default_rng(0)
    speeds = []
    for actions in draw.integers(7, size=(iterations, num_steps, num_envs)):
        start = time.perf_counter()
        for action in actions:
            envs.step(action)
        speeds.append(num_steps * num_envs / (time.perf_counter() - start))
    return speeds
