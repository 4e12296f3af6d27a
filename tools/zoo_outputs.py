"""What Stable-Baselines3 computes for agents of its Zoo, for `tests/adapters`.

    python tools/zoo_outputs.py FOLDER    (needs torch and stable-baselines3)

The library itself loads every zip below FOLDER, which runs what is pickled in it: so
only files that you trust. The outputs for 16 fixed observations are written to
`tests/adapters/zoo_outputs.json`, with which telic's own reading is compared.
"""

import json
import sys
from pathlib import Path

import gymnasium
import numpy as np

OUT = Path(__file__).parent.parent / "tests" / "adapters" / "zoo_outputs.json"
NOW = {"LunarLander-v2": "LunarLander-v3"}
"""Environments that have another version now, with the same observations."""


def outputs(path: Path) -> list[list[float]]:
    """The outputs of one agent: logits, means, or values of actions."""
    import stable_baselines3
    import torch

    kind, name = getattr(stable_baselines3, path.parts[-3].upper()), path.stem
    env = gymnasium.make(NOW.get(name, name))
    model = kind.load(
        path,
        device="cpu",
        custom_objects={
            "observation_space": env.observation_space,
            "action_space": env.action_space,
            "lr_schedule": lambda _: 0.0,
            "clip_range": lambda _: 0.2,
            "exploration_schedule": lambda _: 0.0,
        },
    )
    shape = (16, *env.observation_space.shape)
    seen = torch.as_tensor(np.random.default_rng(0).normal(size=shape).astype("f4"))
    policy = model.policy
    with torch.no_grad():
        if kind is stable_baselines3.DQN:
            return policy.q_net(seen).tolist()
        hidden = policy.mlp_extractor.forward_actor(policy.extract_features(seen))
        found = policy.action_net(hidden)
        if not model.use_sde:  # the distribution that it acts by says the same
            acts = policy.get_distribution(seen).distribution
            same = acts.mean if hasattr(acts, "loc") else acts.logits
            ours = found if hasattr(acts, "loc") else found.log_softmax(dim=1)
            assert torch.allclose(same, ours, atol=1e-5), path
        return found.tolist()


def main(folder: str) -> int:
    """Write the outputs of every zip."""
    paths = sorted(Path(folder).glob("*/*/*.zip"))
    held = {f"{path.parts[-3]}/{path.stem}": outputs(path) for path in paths}
    OUT.write_text(json.dumps(held, indent=0) + "\n")
    print(f"{len(held)} agents in {OUT}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
