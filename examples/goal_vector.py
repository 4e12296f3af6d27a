"""Move a goal along a task vector, at several doses, beside a null of its length.

What learning to want purple changed in an agent is a task vector. Subtracting it gives
the blue goal back, by degrees; noise of the same length does not.

    python examples/goal_vector.py
"""

import jax

import telic

DOSES = (0.0, -0.5, -1.0)


def main() -> None:
    """Train, isolate, subtract, play."""
    schedule = telic.alternate("blue", "purple", rollouts=15)
    history = telic.train(telic.Keys(), schedule, policy=telic.MLP(width=64))
    before, after = history.agents
    edit = telic.Add(telic.task_vector(before, after))
    null = edit.nulls(jax.random.key(1), after)["gaussian"]
    for name, tried in (("vector", edit), ("noise", null)):
        for dose in DOSES:
            seen = tried.scaled(dose)(after).evaluate(episodes=256, key=2)
            print(
                f"{dose:+.1f} x {name}: blue {seen['pick_blue']:.2f}, "
                f"purple {seen['pick_purple']:.2f}"
            )


if __name__ == "__main__":
    main()
