"""The ladder: all its rungs in order, and what is planted on each of them."""

import dataclasses
import itertools
from collections import Counter

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import check_alike
from telic.planted import DECOYS, NONE, ONE_RUN, RUNGS, TWINS, fold, ladder
from telic.planted.decoys import SPARE
from telic.planted.ladder import natural
from tests.planted.small import PLAIN, WORLD, base, row, said, told
from tests.small import AGENT

KEY = jax.random.key(6)
COUNTS = {
    "folded": 12,
    "rescaled": 24,
    "trained on": 12,
    "no goal": 8,
    "routed": 12,
    "dead decoys": 12,
    "inactive decoys": 12,
    "branches": 2,
    TWINS: 2,
    "trained decoys": 1,
    "no goal, one run": 4,
}
"""Pairs of each rung of an agent that is told in its first layer, in their order."""

DEEP = "layer 1"
BRANCHED = ("branches", TWINS, "trained decoys")
"""Rungs whose pairs are grown from one ancestor, few for their cost."""

ALONE = (NONE, TWINS, ONE_RUN)
"""Rungs without a goal."""

SET = DECOYS[:2]
"""Decoys that were put there by hand."""

ALIKE = ("folded", "rescaled", *SET, DEEP)
"""Rungs whose agents do what the folded agents do."""


@pytest.fixture(scope="module")
def rungs():
    """All that is planted in an agent told in its first layer, and in the next."""
    found = [*ladder(KEY, base()), *ladder(KEY, base(layer=1))]
    return {
        rung: list(group)
        for rung, group in itertools.groupby(found, key=lambda planted: planted.rung)
    }


def differing(planted):
    """Where the two agents of a pair differ, as one row."""
    one, other = planted.pairs[0]
    return row({p: np.asarray(one[p] != other[p]) for p in one})


def flagged(flags):
    """Flags as one row."""
    return row(flags) == 1


def test_all_rungs_come_in_their_order_with_as_many_pairs(rungs):
    assert {rung: len(found) for rung, found in rungs.items()} == {
        **COUNTS,
        "layer 1": 12,
    }
    assert list(rungs) == [*COUNTS, "layer 1"]
    assert sum(COUNTS.values()) == 101
    assert set(rungs) == {*RUNGS, *DECOYS, *ALONE} - {"layer 2"}


def test_every_ordered_pair_of_colours_is_planted(rungs):
    pairs = set(itertools.permutations(WORLD.colours, 2))
    for rung, found in rungs.items():
        seen = Counter((planted.wants, planted.aim) for planted in found)
        if rung in BRANCHED:
            continue
        same = {(colour, colour) for colour in WORLD.colours}
        assert set(seen) == (same if rung in (NONE, ONE_RUN) else pairs)
        assert set(seen.values()) == {2 if rung in (NONE, "rescaled") else 1}


def test_all_agents_of_a_pair_and_its_truth_are_of_one_shape(rungs):
    for planted in itertools.chain(*rungs.values()):
        agents = [agent for pair in planted.pairs for agent in pair]
        for tree in [*agents, planted.truth, *filter(None, [planted.decoys])]:
            check_alike(tree, agents[0])
        assert all(path.startswith("actor/") for path in planted.truth)
        assert planted.truth["actor/0/bias"].shape == (PLAIN.width + SPARE,)
        assert set(np.unique(row(planted.truth))) <= {0, 1}


def test_where_only_the_fold_differs_the_truth_is_the_difference(rungs):
    for planted in (*rungs["folded"], *rungs[DEEP]):
        np.testing.assert_array_equal(differing(planted), flagged(planted.truth))
        layer = "actor/1" if planted.rung == DEEP else "actor/0"
        assert planted.truth[f"{layer}/bias"].sum() == 16 == row(planted.truth).sum()


def test_the_truth_of_the_hard_rungs_is_where_it_was_put(rungs):
    for planted in (*rungs["rescaled"], *rungs["trained on"]):
        assert flagged(planted.truth).sum() == 16
        assert differing(planted)[flagged(planted.truth)].all()
    for planted in rungs["routed"]:
        assert planted.truth["actor/0/bias"].sum() == 16
        assert planted.truth["actor/0/kernel"].sum() == 16 * 500
    for planted in itertools.chain(*(rungs[rung] for rung in ALONE)):
        assert not row(planted.truth).any()
        assert differing(planted).any()


def test_decoys_differ_beside_the_truth_and_nothing_else_does(rungs):
    for rung in SET:
        for planted in rungs[rung]:
            here, goal = flagged(planted.decoys), flagged(planted.truth)
            assert not (here & goal).any()
            assert not (differing(planted) & ~here & ~goal).any()
            assert (differing(planted) & here).sum() >= SPARE
    assert all(
        planted.decoys is None
        for rung, found in rungs.items()
        for planted in found
        if rung not in DECOYS
    )


@pytest.mark.parametrize("rung", ALIKE)
def test_planted_agents_do_what_the_folded_agents_do(rungs, rung):
    agent = told(1 if rung == DEEP else 0)
    for planted in rungs[rung][::5]:
        for i, colour in enumerate((planted.wants, planted.aim)):
            due = said(fold(agent, WORLD.colours.index(colour)))
            for pair in planted.pairs:
                np.testing.assert_allclose(said(pair[i]), due, rtol=1e-3, atol=1e-5)


def test_above_the_first_rung_units_are_in_another_order(rungs):
    plain = {p[1:3]: p.truth["actor/0/bias"] for p in rungs["folded"]}
    for rung in ("rescaled", "trained on", "routed", *SET):
        for planted in rungs[rung]:
            here = planted.truth["actor/0/bias"]
            assert (here != plain[planted.wants, planted.aim]).any()
    orders = {tuple(p.truth["actor/0/bias"].tolist()) for p in rungs["rescaled"]}
    assert len(orders) == 24


def test_pairs_like_the_first_are_of_the_same_wants_and_other_training(rungs):
    for rung in ("rescaled", "trained on"):
        for planted in rungs[rung]:
            assert len(planted.pairs) == 2
            one, other = planted.pairs
            assert all(
                (row(a) != row(b)).any() for a, b in zip(one, other, strict=True)
            )
    for planted in rungs[NONE]:
        assert len(planted.pairs) == 1


def test_spare_units_that_are_no_decoys_do_not_differ(rungs):
    for rung in ("folded", "trained on", "routed", NONE, ONE_RUN, *BRANCHED):
        for planted in rungs[rung]:
            spare = ~np.asarray(planted.pairs[0][0]["actor/1/kernel"]).any(axis=1)
            assert spare.sum() == SPARE
            kernels = [
                np.asarray(agent["actor/0/kernel"])[:, spare]
                for pair in planted.pairs
                for agent in pair
            ]
            assert all(np.array_equal(kernel, kernels[0]) for kernel in kernels)


def test_one_agent_before_and_after_its_last_training_has_one_goal(rungs):
    for planted in rungs[ONE_RUN]:
        goal = WORLD.colours.index(planted.aim)
        for agent, seed in zip(planted.pairs[0], (1, 0), strict=True):
            due = said(fold(told(seed=seed), goal))
            np.testing.assert_allclose(said(agent), due, rtol=1e-3, atol=1e-5)


def test_of_an_agent_that_is_not_known_earlier_there_is_no_such_pair():
    assert not list(natural(KEY, base()._replace(earlier=None)))


def test_the_key_decides_what_is_planted():
    one, again, other = (
        next(ladder(jax.random.key(seed), base(layer=1))).pairs[0][0]
        for seed in (0, 0, 1)
    )
    assert np.array_equal(row(one), row(again))
    assert not np.array_equal(row(one), row(other))


def test_agents_of_other_units_or_without_a_goal_are_refused():
    tanh = base(policy=dataclasses.replace(PLAIN, activation="tanh"))
    with pytest.raises(InputError, match=r"planted agents of .*tanh"):
        next(ladder(KEY, tanh))
    with pytest.raises(InputError, match="reads no goal"):
        next(ladder(KEY, base()._replace(agent=AGENT)))
