"""Find what makes an agent want one colour and not another, and what it takes.

An agent learns to fetch blue keys, then purple ones. Every locator is asked where the
difference sits; the donor's weights at the top 1, 5 and 20 % of each locus are grafted
into the purple agent, and it plays. `random` is the null of every size.

    python examples/locate_goal.py
"""

import telic

WORLD = telic.Keys()
METHODS = ("magnitude", "integrated attribution", "activation patching", "random")
FRACTIONS = (0.01, 0.05, 0.2)


def main() -> None:
    """Locate, graft, play."""
    schedule = telic.alternate("blue", "purple", rollouts=15)
    blue, purple = telic.train(WORLD, schedule, policy=telic.MLP(width=64)).agents
    pair = telic.contrast_pair(recipient=purple, donor=blue, key=1)
    measure = telic.Measure(lambda rates: rates["pick_blue"], WORLD.failures)
    seeds = telic.episode_seeds(WORLD, 256, key=1)
    on = telic.graft_evaluator(pair.recipient, pair.donor, seeds, measure)
    print(f"recipient: {on.recipient_rates['pick_blue']:.2f} blue")
    print(f"donor: {on.donor_rates['pick_blue']:.2f} blue")
    for method in METHODS:
        locus = telic.locate(pair, method, key=1)
        tried = telic.faithfulness(locus, on, shares=FRACTIONS)
        print(f"{method}: " + " ".join(f"{share:.2f}" for share in tried.top))


if __name__ == "__main__":
    main()
