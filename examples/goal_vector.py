"""Move a goal along a task vector, at several doses, beside a null of its length.

What learning to want purple changed in an agent is a task vector. Subtracting it gives
the blue goal back, by degrees; noise of the same length does not.

    python examples/goal_vector.py
"""

import jax

import telic

WORLD, POLICY = telic.Keys(), telic.MLP(width=64)
PARTS = {"world": WORLD, "sizes": telic.Sizes()}
DOSES = (0.0, -0.5, -1.0)


def phase(state: telic.Training, colour: str, rollouts: int) -> telic.Training:
    """Train on, for one colour."""
    wanted = telic.fetch(colour).vector(WORLD.events)
    for _ in range(rollouts):
        state, _ = telic.advance(state, telic.Hyper(), wanted, **PARTS)
    return state


def main() -> None:
    """Train, isolate, subtract, play."""
    state = phase(telic.begin(0, policy=POLICY, **PARTS), "blue", 15)
    before = jax.tree.map(lambda leaf: leaf.copy(), state.agent)
    after = phase(state, "purple", 15).agent
    edit = telic.Add(telic.isolate(before, after))
    null = edit.nulls(jax.random.key(1), after)["gaussian"]
    seeds = telic.episode_seeds(jax.random.key(2), WORLD, 256)
    for name, tried in (("vector", edit), ("noise", null)):
        for dose in DOSES:
            agent = tried.scaled(dose)(after)
            seen = telic.rates(telic.play(agent, WORLD, seeds), WORLD)
            print(
                f"{dose:+.1f} x {name}: blue {seen['pick_blue']:.2f}, "
                f"purple {seen['pick_purple']:.2f}"
            )


if __name__ == "__main__":
    main()
