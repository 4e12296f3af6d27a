"""What `golden.py` needs of telic that no verb gives, in a process of its own.

    PYTHONPATH=TREE/src python tools/golden_python.py ROOT

It trains agents in a Gymnasium world of the user's own, and asks every locator about
two planted pairs. What depends on how the library is called stands in functions of its
own; where a call changes, add the new way first and keep the old one after `except
ImportError`, so that trees from before and after can be compared.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any


def main(root: Path) -> None:
    """Write a run in the folder of experiments, and loci beside it."""
    from telic.scale import engine

    engine.prepare()
    pole(root)
    for layer in (0, 1):
        asked(root / "loci" / f"layer-{layer}", *planted(layer))


def pole(root: Path) -> None:
    """Train in CartPole with events of its own, under two objectives in turn."""
    from telic import (
        WORLDS,
        ExperimentConfig,
        GymWorld,
        Objective,
        Phase,
        PPOConfig,
        RolloutConfig,
    )
    from telic.runs import folder
    from telic.runs.carry import carry_run

    @dataclasses.dataclass(frozen=True)
    class Pole(GymWorld):
        id: str = "CartPole-v1"
        events = ("upright", "fell")

        def compute_events(self, block: Any) -> dict[str, Any]:
            return {"upright": ~block.terminated, "fell": block.terminated}

        happened = compute_events  # as it was called before

    WORLDS["pole"] = Pole
    plan = ExperimentConfig(
        world=Pole(),
        **perceptron(width=16),
        **learner(PPOConfig(), RolloutConfig(num_envs=8, num_steps=32)),
        objectives=(
            Objective("stand", {"upright": 1.0}),
            Objective("fall", {"fell": 1.0}),
        ),
        schedule=(Phase("stand", 2), Phase("fall", 2)),
    )
    carry_run(folder.create_run(root, "pole", 0, plan))


def planted(layer: int) -> tuple[Any, Any]:
    """ContrastPair on a fresh agent folded for two goals at a layer, and a key."""
    import jax

    from telic.locators import contrast_pair
    from telic.planted.fold import fold, truth

    key = jax.random.key(7)
    try:
        from telic.policies import MLP, create
        from telic.worlds import GoalKeys
    except ImportError:
        from telic.agents import Network, create

        from telic.worlds import Wishes

        world, plain = Wishes(), Network(width=16)
        told = dataclasses.replace(plain, wish_layer=layer, wish_units=8)
        agent = create(jax.random.key(layer), told, world)
        parts = {"network": plain, "world": world.base}
        found = contrast_pair(fold(agent, 0), fold(agent, 1), key=key, **parts)
    else:
        policy = MLP(width=16, goal_layer=layer, goal_units=8)
        agent = create(jax.random.key(layer), policy, GoalKeys())
        found = contrast_pair(fold(agent, 0), fold(agent, 1), key=key)
    return dataclasses.replace(found, truth=truth(agent)), key


def perceptron(width: int) -> dict[str, Any]:
    """The part of a plan that says of what shape agents are."""
    try:
        from telic.policies import MLP
    except ImportError:
        from telic import Network

        return {"network": Network(width=width)}
    return {"policy": MLP(width=width)}


def learner(ppo: Any, rollout: Any) -> dict[str, Any]:
    """The parts of a plan that say how agents learn."""
    from telic import ExperimentConfig

    if "ppo" in {field.name for field in dataclasses.fields(ExperimentConfig)}:
        return {"ppo": ppo, "rollout": rollout}
    return {"hyper": ppo, "sizes": rollout}


def asked(folder: Path, found: Any, key: Any) -> None:
    """Write what every locator says, a file each."""
    from telic.locators import LOCATORS
    from telic.runs import locus_file

    folder.mkdir(parents=True)
    for name, locator in LOCATORS.items():
        locus_file.write(folder / f"{name}.safetensors", locator(found, key))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
