"""Branches: what each is trained on, which pairs are compared, and whom they move."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.stats.rows import rows_of
from telic.studies.branches import Branch
from telic.studies.contested import branching
from telic.studies.contested.branching import (
    ALIGNED,
    BRANCH,
    CHANCE,
    COSINE,
    EARLIER,
    OTHER_GOAL,
    OVERLAP,
    SAME_GOAL,
    SEED,
    TWINS,
    Branches,
    branch_agreement,
    family,
    overlap,
    targets,
    transfers,
)
from telic.studies.late import Switch
from telic.studies.work import Work
from telic.trials import Condition
from tests.small import AGENT, CODES

LATE = Switch(5, "purple", "blue")
QUIET = Work(lambda *_: None, lambda: False)


def moved(**steps):
    """The small agent with steps added to the first bias of its actor, by entry."""
    bias = AGENT["actor/0/bias"]
    for entry, step in steps.items():
        bias = bias.at[int(entry[1:])].add(step)
    return AGENT.replace({**AGENT, "actor/0/bias": bias})


KIN = Branches(
    AGENT,
    (moved(_0=1.0), moved(_0=2.0), moved(_0=1.0, _1=1.0)),
    (moved(_1=1.0), moved(_1=-4.0)),
)


@pytest.fixture(scope="module")
def sources(pair):
    """Two runs of six phases: blue, purple, blue, purple, blue, purple."""
    return [RunSource(run) for run in pair]


def test_branches_learn_the_aim_or_stay_each_with_data_of_its_own(sources, monkeypatch):
    asked = []

    def branch(base, plan, goal, *, at, repeat, watch):
        asked.append((goal, repeat, at, int(base.rollouts)))
        return Branch({2: AGENT}, {})

    monkeypatch.setattr(branching, "branch", branch)
    found = family(sources[0], LATE, 3, QUIET)
    goals, repeats, lengths, begins = zip(*asked, strict=True)
    assert goals == ("blue",) * 3 + ("purple",) * TWINS
    assert len(set(repeats)) == 5 and 0 not in repeats
    assert set(begins) == {12} and all(at == [2] for at in lengths)
    assert len(found.learned) == 3 and len(found.stayed) == TWINS
    assert digest(found.base) == digest(sources[0].agent(5))


def test_cosines_are_of_branches_of_one_goal_and_of_one_of_each():
    rows = rows_of(branch_agreement(KIN), seed=0).where(metric=COSINE)
    half = np.sqrt(0.5)
    due = {"": (1 + half + half) / 3, OTHER_GOAL: (half - half) / 6, CHANCE: 0.0}
    for null, value in due.items():
        (found,) = rows.where(null=null).values
        assert found == pytest.approx(value, abs=1e-6)


def test_overlap_counts_the_weights_that_move_most_in_both():
    row = jnp.arange(80.0)
    one = {"a": row, "b": jnp.zeros(40)}  # 120 weights: the largest three
    other = {"a": -row.at[79].set(0.0), "b": jnp.zeros(40)}
    assert overlap(one, other) == pytest.approx(2 / 3)
    assert overlap(one, {"a": row[::-1], "b": jnp.zeros(40)}) == 0.0
    rows = rows_of(branch_agreement(KIN), seed=0).where(metric=OVERLAP, null=CHANCE)
    assert rows.values.tolist() == [0.025]


def test_vectors_are_added_to_agents_that_want_what_the_base_wants(sources):
    source, other = sources
    found = targets(source, other, LATE)
    assert list(found) == [EARLIER, SEED, ALIGNED]
    assert digest(found[EARLIER]) == digest(source.agent(3))
    assert digest(found[SEED]) == digest(other.agent(5)) != digest(found[ALIGNED])
    np.testing.assert_allclose(
        found[ALIGNED].logits(CODES), found[SEED].logits(CODES), atol=1e-4
    )
    assert list(targets(source, None, LATE)) == [EARLIER]


def test_each_branch_is_tried_beside_one_that_stayed_at_its_norm():
    where = Condition(BRANCH, EARLIER)
    made = list(transfers(KIN, EARLIER))
    assert [one for one, _, _ in made] == list(KIN.learned)
    for (_, edits, nulls), size in zip(made, (1, 2, np.sqrt(2)), strict=True):
        change = edits[where](AGENT)["actor/0/bias"] - AGENT["actor/0/bias"]
        twin = nulls[where][SAME_GOAL](AGENT)["actor/0/bias"] - AGENT["actor/0/bias"]
        for each in (change, twin):
            assert float(jnp.linalg.norm(each)) == pytest.approx(size, rel=1e-4)
        assert twin[0] == 0 and change[0] > 0
