"""A film of one episode in a Gymnasium world: what the environment itself draws."""

import dataclasses

import gymnasium
import numpy as np
from jaxtyping import UInt8

from telic.agents.mlp import Network, Parameters
from telic.core.errors import InputError
from telic.training.host import act_greedily
from telic.worlds.gym import GymWorld
from telic.worlds.lander import Lander

Frame = UInt8[np.ndarray, "height width 3"]


def film(
    agent: Parameters,
    network: Network,
    world: GymWorld,
    *,
    seed: int,
    every: int = 6,
    shrink: int = 2,
) -> list[Frame]:
    """Frames of one episode of an agent that takes its most probable actions.

    It is drawn by Gymnasium's environment, whatever the world's backend.

    Args:
        agent: Who plays.
        network: Its shape.
        world: The world.
        seed: Which episode; agents that are given one seed start alike.
        every: Of how many steps one is drawn; the last always is.
        shrink: By how much frames are made smaller, by leaving out rows and columns.

    Raises:
        InputError: If a number is below one, or the environment draws nothing.
    """
    if every < 1 or shrink < 1:
        raise InputError(
            f"every = {every}, shrink = {shrink}", why="allowed: 1 or more"
        )
    env = _drawn(world)
    try:
        seen, _ = env.reset(seed=seed)
        frames, done, time = [_frame(env, shrink)], False, 0
        while not done and time < world.limit:
            row = np.ravel(seen).astype(np.float32)[None]
            action = int(act_greedily(agent, row, network=network, world=world)[0])
            seen, _, terminated, truncated, _ = env.step(action)
            done, time = terminated or truncated, time + 1
            if done or time % every == 0:
                frames.append(_frame(env, shrink))
        return frames
    finally:
        env.close()


def _drawn(world: GymWorld) -> gymnasium.Env:
    """One copy that draws itself."""
    if isinstance(world, Lander):
        world = dataclasses.replace(world, backend="gymnasium")
    return world.make(render_mode="rgb_array")


def _frame(env: gymnasium.Env, shrink: int) -> Frame:
    """What it looks like now."""
    frame = env.render()
    if not isinstance(frame, np.ndarray):
        raise InputError(
            f"{env.spec.id if env.spec else env} draws nothing",
            why="its render() gave no picture",
        )
    return np.ascontiguousarray(frame[::shrink, ::shrink], np.uint8)
