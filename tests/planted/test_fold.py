"""A folded agent does what the agent does that is told, and differs where we know."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.agents import interventions, logits, value
from telic.core.errors import InputError
from telic.core.trees import digest
from telic.planted import fold, truth
from telic.planted.fold import tables
from tests.planted.small import PLAIN, WORLD, said, seen, told
from tests.small import AGENT

KINDS = [(0, 16), (0, 4), (1, 4)]
WISHES = range(WORLD.told)


@pytest.fixture(scope="module", params=KINDS, ids="layer {0[0]}, {0[1]}".format)
def agent(request):
    """Agents that read the wish in a first or later layer, with few or all units."""
    return told(*request.param)[1]


@pytest.fixture(scope="module")
def network(agent):
    """Their shape."""
    (layer,) = (x for x in tables(agent) if x.startswith("actor/"))
    return told(int(layer[-1]), tables(agent)[layer].shape[1])[0]


def wishing(wish):
    """The same observations with one wish."""
    return seen().at[:, -1].set(wish)


@pytest.mark.parametrize("wish", WISHES)
def test_it_says_what_the_agent_says_that_is_told_the_wish(agent, network, wish):
    folded, plain = fold(agent, wish), seen()[:, :-1]
    for read in (logits, value):
        due = read(agent, network, WORLD, wishing(wish))
        found = read(folded, PLAIN, WORLD.base, plain)
        np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("wish", WISHES)
def test_it_does_not_listen_any_more(agent, wish):
    folded = fold(agent, wish)
    one, other = (logits(folded, PLAIN, WORLD, wishing(w)) for w in (0, 3))
    np.testing.assert_array_equal(one, other)


def test_it_is_a_plain_agent_and_its_origin_is_not_changed(agent):
    before = digest(agent)
    folded = fold(agent, 2)
    assert digest(agent) == before
    assert not interventions.read(folded)
    assert set(folded) == set(interventions.weights(agent))
    assert digest(folded) == digest(fold(agent, 2))


def test_the_wishes_matter(agent):
    found = [said(fold(agent, wish)) for wish in WISHES]
    assert all(
        not np.allclose(found[i], found[j], atol=1e-5) for i in WISHES for j in range(i)
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


def test_no_wish_in_particular_is_the_mean_of_all(agent):
    mean = fold(agent, None)
    each = [fold(agent, wish) for wish in WISHES]
    for path, leaf in mean.items():
        due = jnp.stack([one[path] for one in each]).mean(axis=0)
        np.testing.assert_allclose(leaf, due, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("wish", [-1, 4, 100])
def test_a_wish_that_there_is_not_is_refused(agent, wish):
    with pytest.raises(InputError, match=f"wish = {wish}"):
        fold(agent, wish)


def test_an_agent_that_reads_no_wish_is_refused():
    steered = interventions.append(AGENT, "actor/0/pre", {"shift": jnp.ones(8)})
    for odd in (AGENT, steered):
        for use in (truth, tables, lambda agent: fold(agent, 0)):
            with pytest.raises(InputError, match="reads no wish"):
                use(odd)
