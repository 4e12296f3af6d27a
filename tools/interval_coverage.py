"""The share of telic's intervals that hold the truth, where they are hardest to get.

    python tools/interval_coverage.py > docs/results/coverage.md

Every cell simulates experiments of n seeds whose true mean is known. Rates near 0 and
1, and a seed in ten or in five that fails, are what this project's numbers look like.
"""

from collections.abc import Callable

import numpy as np

from telic.stats import bootstrap_curve

EXPERIMENTS, RESAMPLES, SEEDS = 20_000, 500, (4, 5, 6, 8, 10, 20)
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


def beta(a: float, b: float) -> tuple[Draw, float]:
    """Rates of a beta distribution, and their mean."""
    return lambda rng, shape: rng.beta(a, b, shape), a / (a + b)


def failing(share: float, low: float, high: float) -> tuple[Draw, float]:
    """Rates of .998, but for a share of seeds that fail; and their mean."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        fails = rng.uniform(size=shape) < share
        return np.where(fails, rng.uniform(low, high, shape), 0.998)

    return draw, (1 - share) * 0.998 + share * (low + high) / 2


KINDS: dict[str, tuple[Draw, float]] = {
    "Beta(49, 1), mean .98": beta(49, 1),
    "Beta(100, 2), mean .98": beta(100, 2),
    "Beta(0.8, 40), mean .02": beta(0.8, 40),
    "Beta(5, 2), mean .71": beta(5, 2),
    "one seed in ten fails (.5 to .95), the others .998": failing(0.1, 0.5, 0.95),
    "one seed in five fails (.3 to .9), the others .998": failing(0.2, 0.3, 0.9),
}


def coverage(draw: Draw, truth: float, n: int) -> tuple[float, float, float]:
    """The shares of intervals that hold the truth, lie above it and lie below it."""
    values = draw(np.random.default_rng(n), (n, EXPERIMENTS))
    band = bootstrap_curve(values, np.mean, resamples=RESAMPLES, support=(0.0, 1.0))
    above, below = np.mean(band.low > truth), np.mean(band.high < truth)
    return 1 - above - below, above, below


def main() -> None:
    """Print the table."""
    print("# How often a 95 % interval holds the truth\n")
    print(
        f"Per cent of {EXPERIMENTS:,} simulated experiments of n seeds (±0.4), of rates"
        " in [0, 1]; in brackets: of intervals that lie wholly above the truth.\n\n"
        "`python tools/interval_coverage.py > docs/results/coverage.md`\n"
    )
    print("| one number a seed |" + "".join(f" n = {n} |" for n in SEEDS))
    print("|---|" + "---|" * len(SEEDS))
    for name, (draw, truth) in KINDS.items():
        cells = [coverage(draw, truth, n) for n in SEEDS]
        shown = [f" {100 * hold:.1f} ({100 * up:.1f}) |" for hold, up, _ in cells]
        print(f"| {name} |" + "".join(shown))
    print(
        "\nNo interval can know of a seed that fails where none of the n did: with one"
        " in ten, ten seeds hold none in 35 % of experiments. So tables of edits"
        " name the worst seed."
    )


if __name__ == "__main__":
    main()
