"""Keys of a study: no two seeds, agents or purposes share one."""

import itertools
from pathlib import Path

import jax

from telic.runs.folder import Run
from telic.studies.keys import PURPOSES, key_of


class Numbered(Run):
    """A run that is not on disk, whose seed is the name of its folder."""

    def seed(self):
        return int(self.path.name)


def run_of(seed):
    return Numbered(Path(str(seed)))


def test_every_seed_purpose_and_number_has_a_key_of_its_own():
    asked = list(itertools.product((0, 1, 2, 1000), PURPOSES, (0, 1, 23)))
    found = {
        tuple(jax.random.key_data(key_of(run_of(seed), *rest)).tolist())
        for seed, *rest in asked
    }
    assert len(found) == len(asked)


def test_the_same_seed_has_the_same_keys_in_every_run():
    one, two = (key_of(run_of(3), "boards", 7) for _ in range(2))
    assert (jax.random.key_data(one) == jax.random.key_data(two)).all()
