"""Differences of checkpoints: a third agent as the null of drift, and several pairs."""

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Recurrent, create
from telic.render.files import files
from telic.studies import diff
from telic.studies.diff import page, pictured
from telic.worlds import GoalKeys, GymWorld, Keys

WORLD = GymWorld("CartPole-v1", max_steps=40)
POLICY = MLP(width=8, actor_layers=2, critic_layers=2)
QUICK = diff.Settings(
    episodes=16, doses=(-1.0, 1.0), locators=("magnitude", "random"), measure="length"
)
KEY = jax.random.key(0)


def agents(seed, policy=POLICY):
    """An agent that falls, one that leans the other way, and one that drifted."""
    before = create(jax.random.key(seed), policy, WORLD)
    last = max(path for path in before if path.endswith("kernel") and "actor" in path)
    bias = last.replace("kernel", "bias")
    after = before.replace({**before, bias: before[bias] + np.array([3.0, -3.0], "f4")})
    drift = before.replace({**before, last: before[last] * 1.5})
    return before, after, drift


def told(found):
    """The page as text, and its findings."""
    effects = diff.summarise(found)
    shown = page.page(effects, names=("a", "b"), command="telic diff a b")
    return files(shown)["report.md"], " ".join(page.findings(effects))


def test_a_third_agent_is_the_null_of_drift():
    found = diff.difference(diff.Pair(*agents(0)), WORLD, QUICK, key=KEY)
    text, findings = told([found])
    assert "same goal" in text and found.same_norm is not None
    kl, drift = found.kl
    assert drift is not None and 0 < drift < kl
    assert f"those of as much training for the same goal {drift:.3f}" in findings
    alone = diff.difference(diff.Pair(*agents(0)[:2]), WORLD, QUICK, key=KEY)
    assert alone.kl[1] is None and "cannot be told" in told([alone])[1]


@pytest.mark.slow
def test_six_pairs_have_verdicts_and_fewer_say_why_not():
    found = [
        diff.difference(diff.Pair(*agents(seed)[:2]), WORLD, QUICK, key=KEY)
        for seed in range(6)
    ]
    text, findings = told(found)
    assert "6 pairs, which are the unit" in findings and "n=6" in text
    assert "too few for verdicts" in told(found[:3])[1]


@pytest.mark.slow
def test_an_agent_with_memory_is_compared_over_whole_sequences():
    before, after, _ = agents(1, Recurrent(width=6, memory=4))
    found = diff.difference(diff.Pair(before, after), WORLD, QUICK, key=KEY)
    assert found.kl[0] > 0 and "trunk/gru/state" in found.units
    later = [each for each in found.states if np.abs(each.observation).max() > 0.1]
    assert later  # states beyond the first of an episode


def test_a_measure_that_was_named_is_not_called_chosen():
    before, after, _ = agents(0)
    named = diff.difference(diff.Pair(before, after), WORLD, QUICK, key=KEY)
    assert not named.chosen and "the greatest of" not in told([named])[1]


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (lambda a, b, c: diff.Pair(a, a), "nothing has changed"),
        (lambda a, b, c: diff.Pair(a, b, a), "has not drifted"),
    ],
)
def test_a_pair_without_a_difference_is_refused(pair, words):
    with pytest.raises(InputError, match=words):
        diff.difference(pair(*agents(0)), WORLD, QUICK, key=KEY)


@pytest.mark.parametrize("world", [WORLD, Keys(limit=20)], ids=["gym", "jax"])
def test_steps_at_which_policies_differ_are_drawn(world):
    if world is WORLD:
        pytest.importorskip("pygame")
    before, after = (create(jax.random.key(seed), POLICY, world) for seed in (0, 1))
    images = pictured.pictures(before, after, world)
    assert 1 <= len(images) <= pictured.COUNT
    assert all(each.media == "image/gif" for each in images)
    assert all("nats. Before: " in each.caption for each in images)


def test_worlds_that_nothing_draws_have_no_pictures():
    before = create(jax.random.key(0), MLP(width=8), GoalKeys())
    assert pictured.pictures(before, before, GoalKeys()) == ()
