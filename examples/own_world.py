"""Two environments as worlds of your own, and agents that learn them in seconds."""

import dataclasses

from minigrid.wrappers import ImgObsWrapper

import telic


@dataclasses.dataclass(frozen=True)
class Pole(telic.GymWorld):
    """CartPole, and what happens in it."""

    id: str = "CartPole-v1"
    events = ("fell", "moved")

    def compute_events(self, block):  # noqa: D102
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

    def compute_events(self, block):  # noqa: D102
        return {"goal": block.terminated, "turn": block.action <= 1}


def learn(world, objective, rollouts=12):
    """An agent's rates before and after training, in the same twenty episodes."""
    rollout = telic.RolloutConfig(
        num_envs=8, num_steps=128, update_epochs=4, num_minibatches=4
    )
    how = {"policy": telic.MLP(width=64, actor_layers=2), "rollout": rollout}
    trained = telic.train(
        world, [telic.Phase(objective.name, rollouts)], objectives=[objective], **how
    )
    agents = (trained.start, trained.agent)
    return [agent.evaluate(episodes=20, key=1) for agent in agents]


if __name__ == "__main__":
    wants = {Pole(): {"fell": -1}, Room(): {"goal": 1}}
    for world, weights in wants.items():
        before, after = learn(world, telic.Objective("mine", weights))
        for name in before:
            print(f"{world.id} {name}: {before[name]:.2f} -> {after[name]:.2f}")
