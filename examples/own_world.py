"""Two environments as worlds of your own, and agents that learn them in seconds."""

import dataclasses

import jax
from minigrid.wrappers import ImgObsWrapper

import telic


@dataclasses.dataclass(frozen=True)
class Pole(telic.GymWorld):
    """CartPole, and what happens in it."""

    id: str = "CartPole-v1"
    events = ("fell", "moved")

    def happened(self, block):  # noqa: D102
        moved = abs(block.after[..., 0] - block.before[..., 0])
        return {"fell": block.terminated, "moved": moved}


@dataclasses.dataclass(frozen=True)
class Room(telic.GymWorld):
    """A level of MiniGrid, seen as its image."""

    id: str = "MiniGrid-Empty-5x5-v0"
    max_steps: int = 40
    events = ("goal", "turn")

    def make(self, render_mode=None):  # noqa: D102
        return ImgObsWrapper(super().make(render_mode))

    def happened(self, block):  # noqa: D102
        return {"goal": block.terminated, "turn": block.action <= 1}


def learn(world, objective, rollouts=12):
    """An agent's rates before and after training, in the same twenty episodes."""
    sizes = telic.Sizes(num_envs=8, num_steps=128, update_epochs=4, num_minibatches=4)
    parts = {"world": world, "sizes": sizes}
    state = telic.begin(0, policy=telic.MLP(width=64, actor_layers=2), **parts)
    seeds = telic.episode_seeds(jax.random.key(1), world, 20)
    found = [telic.rates(telic.play(state.agent, world, seeds), world)]
    parts |= {"rollouts": rollouts, "hyper": telic.Hyper()}
    for after, _ in telic.train(state, objective, **parts):
        state = after
    return [*found, telic.rates(telic.play(state.agent, world, seeds), world)]


if __name__ == "__main__":
    wants = {Pole(): {"fell": -1}, Room(): {"goal": 1}}
    for world, weights in wants.items():
        before, after = learn(world, telic.Objective("mine", weights))
        for name in before:
            print(f"{world.id} {name}: {before[name]:.2f} -> {after[name]:.2f}")
