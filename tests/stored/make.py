"""What earlier versions of telic wrote, as small as it goes; how it was made.

    git worktree add /tmp/old COMMIT
    cd /tmp/old
    PYTHONPATH=src python HERE/tests/stored/make.py HERE/tests/stored/COMMIT

COMMIT is c4f2b49 (files of schema 1, `Network`, wishes) or 5aab3eb (schema 2, `MLP`,
goals). The code of today cannot make them: they are the formats themselves. In each
folder are runs in Keys and goal-conditioned Keys, in the older one also in the lander,
a saved edit of the last agent of Keys and a locus of it; and what is in all of them,
leaf by leaf, in `digests.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from telic.core import trees
from telic.edits import Add, Chain, Graft, Noise
from telic.locators import Locus
from telic.runs import checkpoint, edit_file, folder, locus_file
from telic.runs.carry import carry
from telic.training.plan import Plan
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.worlds import Keys, Lander

SMALL = {"width": 1, "actor_layers": 2, "critic_layers": 2}

try:
    from telic.agents.mlp import Network
    from telic.objectives import fetch, grant, land
    from telic.objectives.schedule import Phase

    from telic.worlds import Wishes

    PLANS = {
        "keys": (Keys(size=5, view=3), Network(**SMALL), (fetch("blue"), fetch("red"))),
        "goals": (
            Wishes(("purple", "blue")),
            Network(**SMALL, wish_units=1),
            (grant(),),
        ),
        "lander": (Lander(), Network(**SMALL), (land(),)),
    }
    POLICY = "network"
except ImportError:
    from telic.policies import MLP, Agent, Spec
    from telic.worlds import GoalKeys, Phase, fetch, grant

    PLANS = {
        "keys": (Keys(size=5, view=3), MLP(**SMALL), (fetch("blue"), fetch("red"))),
        "goals": (GoalKeys(("purple", "blue")), MLP(**SMALL, goal_units=1), (grant(),)),
    }
    POLICY = "policy"


def main(root: Path) -> None:
    """Write all of it under a folder."""
    runs = {name: trained(root, name, *parts) for name, parts in PLANS.items()}
    first, *_, last = (agent(runs["keys"], at) for at in runs["keys"].checkpoints)
    edit = Chain(
        (
            Add({p: x for p, x in first.items() if p.endswith("bias")}, strength=0.5),
            Graft(dict(first), {"actor/0/bias": np.array([True])}),
            Noise(0.1, seed=3),
        )
    )
    edit_file.write(root / "goal.edit", edit, last)
    scores = {p: np.asarray(x, np.float64) for p, x in last.items() if "actor" in p}
    locus_file.write(root / "goal.locus", Locus("weights", scores))
    digests = {
        "edited": digests_of(edit(last)),
        "locus": digests_of(scores),
        **{
            f"{name}/{at.path.name}": digests_of(agent(run, at))
            for name, run in runs.items()
            for at in run.checkpoints
        },
    }
    (root / "digests.json").write_text(json.dumps(digests, indent=1) + "\n")


def agent(run: folder.Run, at: checkpoint.Checkpoint) -> Any:
    """An agent, as that version has it."""
    leaves = checkpoint.read_agent(at)
    if POLICY == "network":
        return leaves
    plan = run.plan()
    return Agent(leaves, plan.policy, Spec.of(plan.world))


def digests_of(tree: Any) -> dict[str, str]:
    """The digest of every leaf: leaves may be called otherwise one day."""
    return {path: trees.digest({"": leaf})[:16] for path, leaf in sorted(tree.items())}


def trained(
    root: Path, name: str, world: Any, policy: Any, objectives: Any
) -> folder.Run:
    """One run: a phase of one rollout for each objective."""
    plan = Plan(
        world=world,
        **{POLICY: policy},
        hyper=PPOConfig(),
        sizes=RolloutConfig(num_envs=2, num_steps=8, num_minibatches=2),
        objectives=objectives,
        schedule=tuple(Phase(objective.name, 1) for objective in objectives),
    )
    run = folder.create(root, name, 0, plan)
    carry(run)
    for name in ("run.lock", "run.holder"):
        (run.path / name).unlink()
    return run


if __name__ == "__main__":
    main(Path(sys.argv[1]))
