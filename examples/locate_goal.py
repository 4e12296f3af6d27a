"""Find what makes an agent want one colour and not another, and what it takes.

An agent learns to fetch blue keys, then purple ones. Every locator is asked where the
difference sits; the donor's weights at the top 1, 5 and 20 % of each locus are grafted
into the purple agent, and it plays. `random` is the null of every size.

    python examples/locate_goal.py
"""

import jax

import telic
from telic.trials import Measure, bench, faithfulness

WORLD, POLICY = telic.Keys(), telic.MLP(width=64)
PARTS = {"world": WORLD, "sizes": telic.Sizes()}
METHODS = ("magnitude", "integrated attribution", "activation patching", "random")
SHARES = (0.01, 0.05, 0.2)
FAILURES = ("wall", "bump", "ball", "timeout")


def trained() -> dict[str, telic.Agent]:
    """An agent that wants blue, and the same after learning to want purple."""
    state, agents = telic.begin(0, policy=POLICY, **PARTS), {}
    for colour in ("blue", "purple"):
        wanted = telic.fetch(colour).vector(WORLD.events)
        phase = telic.train(state, wanted, rollouts=15, hyper=telic.Hyper(), **PARTS)
        for after, _ in phase:
            state = after
        agents[colour] = jax.tree.map(lambda leaf: leaf.copy(), state.agent)
    return agents


def main() -> None:
    """Locate, graft, play."""
    key, agents = jax.random.key(1), trained()
    found = telic.evidence(key, agents["purple"], agents["blue"])
    measure = Measure(lambda rates: rates["pick_blue"], FAILURES)
    seeds = telic.episode_seeds(key, WORLD, 256)
    on = bench(found.recipient, found.donor, seeds, measure)
    print(f"recipient: {on.mine['pick_blue']:.2f} blue")
    print(f"donor: {on.theirs['pick_blue']:.2f} blue")
    for method in METHODS:
        locus = telic.LOCATORS[method](found, key)
        tried = faithfulness(locus, on, shares=SHARES)
        print(f"{method}: " + " ".join(f"{share:.2f}" for share in tried.top))


if __name__ == "__main__":
    main()
