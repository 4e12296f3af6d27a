"""A folded agent does what the agent does that is told, and differs where we know."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.planted import fold, truth
from telic.planted.fold import goal_tables
from telic.policies import Agent, Spec, interventions
from tests.planted.small import PLAIN, WORLD, said, seen, told
from tests.small import AGENT

KINDS = [(0, 16), (0, 4), (1, 4)]
GOALS = range(WORLD.num_goals)


@pytest.fixture(scope="module", params=KINDS, ids="layer {0[0]}, {0[1]}".format)
def agent(request):
    """Agents that read the goal in a first or later layer, with few or all units."""
    return told(*request.param)


def aiming(goal):
    """The same observations with one goal."""
    return seen().at[:, -1].set(goal)


@pytest.mark.parametrize("goal", GOALS)
def test_it_says_what_the_agent_says_that_is_told_the_goal(agent, goal):
    folded, plain = fold(agent, goal), seen()[:, :-1]
    for read in (Agent.logits, Agent.value):
        due = read(agent, aiming(goal))
        found = read(folded, plain)
        np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("goal", GOALS)
def test_it_does_not_listen_any_more(agent, goal):
    folded = Agent(fold(agent, goal), PLAIN, Spec.of(WORLD))
    one, other = (folded.logits(aiming(g)) for g in (0, 3))
    np.testing.assert_array_equal(one, other)


def test_it_is_a_plain_agent_and_its_origin_is_not_changed(agent):
    before = digest(agent)
    folded = fold(agent, 2)
    assert digest(agent) == before
    assert not interventions.interventions_of(folded)
    assert set(folded) == set(interventions.weights(agent))
    assert (folded.policy, folded.spec) == (PLAIN, Spec.of(WORLD.base))
    assert digest(folded) == digest(fold(agent, 2))


def test_the_goals_matter(agent):
    found = [said(fold(agent, goal)) for goal in GOALS]
    assert all(
        not np.allclose(found[i], found[j], atol=1e-5) for i in GOALS for j in range(i)
    )


def test_the_truth_is_where_two_folded_agents_differ(agent):
    flags = truth(agent)
    for one, other in [(0, 1), (2, 3), (3, 0)]:
        mine, theirs = fold(agent, one), fold(agent, other)
        assert set(flags) == {p for p in mine if p.startswith("actor/")}
        for path, flag in flags.items():
            differs = np.asarray(mine[path] != theirs[path])
            np.testing.assert_array_equal(differs, np.asarray(flag) == 1)
            assert set(np.unique(flag)) <= {0, 1}


def test_a_critic_is_told_too(agent):
    mine, theirs = fold(agent, 0), fold(agent, 1)
    differ = {p for p in mine if (mine[p] != theirs[p]).any() and "critic" in p}
    assert differ == {"critic/0/bias"}


def test_no_goal_in_particular_is_the_mean_of_all(agent):
    mean = fold(agent, None)
    each = [fold(agent, goal) for goal in GOALS]
    for path, leaf in mean.items():
        due = jnp.stack([one[path] for one in each]).mean(axis=0)
        np.testing.assert_allclose(leaf, due, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("goal", [-1, 4, 100])
def test_a_goal_that_there_is_not_is_refused(agent, goal):
    with pytest.raises(InputError, match=f"goal = {goal}"):
        fold(agent, goal)


def test_an_agent_that_reads_no_goal_is_refused():
    leaves = {"shift": jnp.ones(8)}
    steered = AGENT.replace(
        interventions.add_intervention(AGENT, "actor/0/pre", leaves)
    )
    for odd in (AGENT, steered):
        for use in (truth, goal_tables, lambda agent: fold(agent, 0)):
            with pytest.raises(InputError, match="reads no goal"):
                use(odd)
