"""The values of the claims, from the runs and studies in a folder.

    python -m tools.claims.measure telic_runs

Reads what the studies of the plan measured and writes one number for each claim, row
and seed to `docs/results/claims/seeds.csv`. A claim whose runs or rows are not complete
in the folder is named, and keeps the numbers that the file has. A claim of which each
seed stands alone takes the seeds that are measured, and keeps the others'.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from telic.core.errors import InputError
from telic.runs.folder import Run
from tools.claims.claim import SEEDS
from tools.claims.plan import CLAIMS


def measured(root: Path) -> Iterator[tuple[str, str, int, float]]:
    """Claim, row, seed and value, of every claim whose runs are complete."""
    for claim in CLAIMS:
        runs = [Run(path) for path in sorted(root.glob(f"{claim.experiment}/seed-*"))]
        if not runs or any(run.status() != "complete" for run in runs):
            print(f"claim {claim.name}: no complete runs of {claim.experiment}")
            continue
        try:
            values = claim.values(runs)
        except InputError as error:
            print(f"claim {claim.name}: {error}")
            continue
        for row, seeds in values.items():
            for seed, value in sorted(seeds.items()):
                yield claim.name, row, seed, value


def merged(
    found: Sequence[tuple[str, ...]], known: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """What was found, and what was known of other claims and of other seeds.

    Example:
        >>> merged([("1", "edit", "7", "0.5")], [("1", "edit", "8", "0.4")])
        [('1', 'edit', '7', '0.5')]
        >>> merged([("9", "edit", "7", "0.5")], [("9", "edit", "8", "0.4")])
        [('9', 'edit', '7', '0.5'), ('9', 'edit', '8', '0.4')]
    """
    alone = {claim.name for claim in CLAIMS if claim.alone}
    claims = {claim for claim, *_ in found}
    seeds = {(claim, seed) for claim, _, seed, _ in found}
    kept = [
        row
        for row in known
        if row[0] not in claims or (row[0] in alone and (row[0], row[2]) not in seeds)
    ]
    placed = [*found, *kept]
    placed.sort(key=lambda row: (row[1], int(row[2])) if row[0] in alone else ("", 0))
    return sorted(placed, key=lambda row: row[0])


def _known() -> list[tuple[str, ...]]:
    """The rows that the file has, as text."""
    if not SEEDS.exists():
        return []
    with SEEDS.open(newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def main(argv: Sequence[str]) -> int:
    """Write the file; return the exit code."""
    if len(argv) != 1:
        print(__doc__)
        return 2
    found = [(c, r, str(s), f"{v:.6g}") for c, r, s, v in measured(Path(argv[0]))]
    found = merged(found, _known())
    SEEDS.parent.mkdir(exist_ok=True)
    with SEEDS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("claim", "row", "seed", "value"))
        writer.writerows(found)
    print(f"{len(found)} numbers in {SEEDS}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
