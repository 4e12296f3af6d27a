"""Hard nulls: which agents each is a difference of, worked out by hand."""

import itertools
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from telic.core import trees
from telic.edits import Ablate, Add
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies.hard_nulls import directions, nulls_of
from telic.studies.late import Switch, earlier_mean, earlier_vectors
from tests import small

GOALS = ("blue", "purple", "blue", "purple", "blue", "purple", "blue", "purple")


class Made(RunSource):
    """A run that is not on disk."""

    schedule: tuple[str, ...] = ()

    def agent(self, phase):
        return self._agents[phase]


def agent_of(value):
    """An agent of two leaves, of which one is a number."""
    return {"a": jnp.full(2, float(value)), "b": jnp.full(2, 1.0)}


def source_of(values, goals=GOALS):
    """A run whose agent at the end of phase k is the number `values[k]`."""
    source = Made(Run(Path("made")))
    object.__setattr__(source, "schedule", goals)
    source._agents.update(enumerate(map(agent_of, values)))
    return source


RUN = source_of([1, 20, 300, 4_000, 50_000, 600_000, 7_000_000, 80_000_000])
LATE, KEY = Switch(7, "purple", "blue"), jax.random.key(0)


def number(vector):
    """The number by which a vector moves the leaf `a`; `b` never moves."""
    assert vector["b"].tolist() == [0.0, 0.0]
    assert vector["a"][0] == vector["a"][1]
    return float(vector["a"][0])


def test_the_vectors_of_earlier_switches_lead_to_the_aim_and_leave_both_agents_out():
    found = [number(v) for v in earlier_vectors(RUN, LATE)]
    # From a purple agent to the blue one beside it, up to phase 5.
    assert found == [1 - 20, 300 - 20, 300 - 4e3, 5e4 - 4e3, 5e4 - 6e5]
    assert number(earlier_mean(RUN, LATE)) == pytest.approx(sum(found) / 5)


def test_every_direction_is_the_difference_that_its_name_says():
    other = source_of([v + 3 * v * v for v in range(8)])
    found = directions(RUN, LATE, key=KEY, other=other, went_on=agent_of(80_000_016))
    assert number(found["same goal"]) == 600_000 - 80_000_000
    apart = [300 - 1, 4e3 - 20, 5e4 - 300, 6e5 - 4e3]
    assert number(found["no switch"]) == pytest.approx(sum(apart) / 4)
    assert number(found["continuation"]) == 16
    assert number(found["another seed"]) == number(earlier_mean(other, LATE))


def test_half_of_the_labels_are_flipped_and_which_is_drawn():
    # Four of the five earlier vectors, so that as many are turned as are not.
    vectors = [300 - 20, 300 - 4e3, 5e4 - 4e3, 5e4 - 6e5]
    signs = [s for s in itertools.product((1, -1), repeat=4) if sum(s) == 0]
    due = [sum(s * v for s, v in zip(each, vectors, strict=True)) / 4 for each in signs]
    keys = jax.random.split(KEY, 12)
    drawn = [number(directions(RUN, LATE, key=k)["labels flipped"]) for k in keys]
    assert all(min(abs(d - v) for d in due) < 0.01 * abs(v) for v in drawn)
    assert len({round(v) for v in drawn}) > 3


def test_no_direction_but_the_same_goals_holds_the_recipient_or_its_donor():
    values = [1, 20, 300, 4_000, 50_000, 600_000]
    mine, changed = (source_of([*values, *ends]) for ends in ((7, 8), (-1e9, 1e9)))
    before, after = (directions(run, LATE, key=KEY) for run in (mine, changed))
    for name in ("labels flipped", "no switch"):
        assert number(before[name]) == number(after[name])
    assert number(before["same goal"]) != number(after["same goal"])


def test_what_a_short_run_cannot_have_is_left_out():
    short = source_of([1, 20, 300], GOALS[:3])
    assert set(directions(short, Switch(1, "purple", "blue"), key=KEY)) == set()
    assert set(directions(short, Switch(2, "blue", "purple"), key=KEY)) == {"same goal"}


def test_a_null_has_the_norm_of_its_edit_in_the_leaves_that_the_edit_changes():
    agent = small.agent(0).actor
    way = {path: leaf + 1.0 for path, leaf in small.agent(1).items()}
    part = trees.select(small.agent(2).actor, "actor/0")
    units = jnp.ones(8)
    edits = {
        "part": Add(part),
        "half": Add(part, strength=0.5),
        "none": Ablate("actor/0/post", units, units),
    }
    found = nulls_of(edits, agent, {"way": way})
    assert set(found) == {"part", "half"}
    for name, factor in (("part", 1.0), ("half", 0.5)):
        null = found[name]["way"]
        assert set(null.vector) == set(part)
        due = factor * float(trees.norm(part))
        assert float(trees.norm(null.difference(agent))) == pytest.approx(due, rel=1e-5)
