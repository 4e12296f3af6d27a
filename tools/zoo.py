"""The table of agents that others trained: their outputs, and what they earn here.

    python -m tools.zoo FOLDER

Reads every zip of a copy of rl-trained-agents, FOLDER/ALGORITHM/NAME_1/NAME.zip, with
its `vecnormalize.pkl` if there is one, plays it and writes
`docs/results/zoo/README.md`. Outputs are compared where Stable-Baselines3 is installed.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from telic.adapters import certificate, expected, files, run_folder
from telic.core.errors import TelicError
from telic.worlds import GymWorld, Lander, World

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "results" / "zoo" / "README.md"
EPISODES = 100

HEAD = f"""# Agents of the Zoo

Agents that others trained (rl-trained-agents, MIT), read by `telic import` and played
here for {EPISODES} episodes each: `python -m tools.zoo FOLDER`. One agent a row, n = 1:
means and 95 % intervals over episodes of it, which say nothing of other trainings.
*Claimed*: the last row of the `evaluations.npz` beside it, made by its authors in the
environment as it was then (LunarLander-v2 then, version 3 here). *Outputs*: the
greatest difference from what Stable-Baselines3 {{sb3}} computes on
{certificate.STATES} observations, over the largest output.

| agent | sees through | greedy | sampled | claimed | outputs |
|---|---|---|---|---|---|
"""


def world_of(name: str) -> World:
    """The world of an agent's environment, by its name as it was then."""
    return Lander() if name.startswith("LunarLander") else GymWorld(name)


def row(path: Path) -> str:
    """One agent, or why it is refused."""
    name = path.stem
    label = f"{path.parts[-3]} {name}"
    beside = path.with_suffix("") / "vecnormalize.pkl"
    normaliser = beside if beside.exists() else None
    try:
        found = files.read_file(path, normaliser=normaliser)
        world = world_of(name)
        goal = "stock" if isinstance(world, Lander) else "reward"
        agent = found.agent(world)
        plan = run_folder.plan_of([found], world, [goal])
    except TelicError as error:
        return f"| {label} | | refused: {error.what} | | | |"
    told = certificate.returns(agent, world, plan, episodes=EPISODES)
    seen = certificate.observations(agent)
    gap = expected.difference(path, found, agent, seen)
    claimed = expected.claimed(path)
    cells = (
        label,
        "a normaliser" if normaliser else "–",
        value(told["greedy"][goal]),
        value(told["sampled"][goal]) if "sampled" in told else "acts greedily",
        f"{claimed['mean']:.1f} (n = {claimed['episodes']})" if claimed else "–",
        f"{gap['relative']:.1e}" if "relative" in gap else "not compared",
    )
    return f"| {' | '.join(cells)} |"


def value(found: dict) -> str:
    """A mean with its interval."""
    return f"{found['mean']:.1f} [{found['low']:.1f}, {found['high']:.1f}]"


def main(argv: Sequence[str]) -> int:
    """Write the page; return the exit code."""
    if len(argv) != 1:
        print(__doc__)
        return 2
    try:
        sb3 = version("stable-baselines3")
    except PackageNotFoundError:
        sb3 = "(not installed)"
    rows = []
    for path in sorted(Path(argv[0]).glob("*/*/*.zip")):
        rows.append(row(path))
        print(rows[-1], flush=True)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(HEAD.format(sb3=sb3) + "\n".join(rows) + "\n")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
