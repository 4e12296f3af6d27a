"""What holds for every kind of network in `POLICIES`."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import InputError
from telic.policies import (
    HEADS,
    INPUT,
    LOGITS,
    POLICIES,
    VALUE,
    Agent,
    create,
    recording,
)
from telic.policies.structure import layers
from telic.rollouts import episode_seeds, play
from telic.rollouts.collect import collect_rollout, start
from telic.runs.codec import decode, encode
from telic.training import PPOConfig, RolloutConfig, init_state, train_phase
from telic.training.plan import ExperimentConfig
from telic.vectors.relabel import (
    hidden,
    permuted,
    random_factors,
    random_orders,
    rescaled,
)
from telic.worlds import Keys, Phase, fetch
from tests.policies.examples import (
    CASES,
    SMALL,
    WORLDS,
    agent_of,
    answer,
    captured,
    intervened,
    seen_by,
    sequence,
    unroll,
    unrolled,
)

pytestmark = pytest.mark.contract
every = pytest.mark.parametrize(("name", "form"), CASES)
each = pytest.mark.parametrize("name", POLICIES)


def same(a, b, tolerance=2e-5):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def identical(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[p], b[p]) for p in a)


@every
def test_a_recording_tap_meets_every_site_once_in_the_order_of_the_table(name, form):
    agent, met = agent_of(name, form), []

    def tap(site, x):
        met.append((site, x.shape))
        return x

    jax.eval_shape(lambda agent, seen: agent(seen, tap=tap), agent, seen_by(agent, 2))
    assert met == [(site, (2, *shape)) for site, shape in agent.sites.items()]


@every
def test_from_any_site_onwards_the_network_is_the_whole_network(name, form):
    agent = agent_of(name, form)
    whole = captured(agent, seen_by(agent, 3))
    for head, end in ((LOGITS, "actor/logits"), (VALUE, "critic/value")):
        for number in range(len(passed_by(agent, seen_by(agent, 3), head))):
            found = filled(agent, seen_by(agent, 3, seed=8), whole, number, head=head)
            same(found[end], whole[end])


def passed_by(agent, seen, head):
    """The sites on the way to a head."""

    def run(agent, seen):
        found, tap = recording()
        agent(seen, tap=tap, heads=(head,))
        return found

    return jax.eval_shape(run, agent, seen)


@functools.partial(jax.jit, static_argnames="head")
def filled(agent, seen, whole, number, *, head):
    """What is seen at all sites if one of them, by its number, is held at `whole`."""
    found, tap = recording()

    def held(site, x):
        return tap(site, jnp.where(len(found) == number, whole[site], x))

    agent(seen, tap=held, heads=(head,))
    return found


@every
def test_what_one_head_needs_gives_it_bit_for_bit(name, form):
    agent = agent_of(name, form)
    seen = seen_by(agent, 3)
    both, alone = answer(agent, seen), answer(agent, seen, heads=(LOGITS,))
    same(alone.logits, both.logits)
    assert alone.value is None
    actor = agent.actor
    assert set(actor) < set(agent)
    assert np.array_equal(logits(actor, seen), alone.logits)
    for path in actor:
        with pytest.raises(InputError, match=path):
            Agent({p: x for p, x in actor.items() if p != path}, *agent_parts(agent))


logits = jax.jit(lambda agent, seen: agent.logits(seen))


def agent_parts(agent):
    return agent.policy, agent.spec


@every
def test_a_site_depends_on_the_leaves_upstream_of_it_and_on_no_others(name, form):
    agent = agent_of(name, form)
    before = captured(agent, seen_by(agent, 3))
    weights = {p: np.asarray(x) for p, x in agent.items()}

    def shifted(paths, by):
        moved = {p: jnp.asarray(x + by * (p in paths)) for p, x in weights.items()}
        return captured(agent.replace(moved), seen_by(agent, 3))

    for site in agent.sites:
        upstream = set(agent.upstream(site))
        others = set(weights) - upstream
        assert np.array_equal(shifted(others, np.float32(1))[site], before[site])
        assert not np.array_equal(
            shifted(upstream, np.float32(0.5))[site], before[site]
        )


@every
def test_the_table_of_units_names_axes_of_the_lengths_that_sites_have(name, form):
    agent = agent_of(name, form)
    assert {site for site in agent.units if site != INPUT} <= set(agent.sites)
    for site, uses in agent.units.items():
        units = agent.spec.channels if site == INPUT else agent.sites[site][-1]
        for use in uses:
            assert agent[use.leaf].shape[use.axis] == units * use.places
    named = {use.leaf for uses in agent.units.values() for use in uses}
    assert named == set(agent)


@every
def test_hidden_units_in_another_order_are_the_same_network(name, form):
    agent = agent_of(name, form)
    orders = random_orders(jax.random.key(3), agent)
    other = agent.replace(permuted(agent, hidden(agent), orders))
    assert not identical(dict(agent), dict(other))
    same(unrolled(other), unrolled_with(agent, orders))


def unrolled_with(agent, orders):
    """The sequence's output, its memory in another order."""
    output = unrolled(agent)
    order = orders.get("trunk/gru/state")
    return output if order is None else output._replace(carry=output.carry[:, order])


@every
def test_each_hidden_axis_must_be_permuted_for_that(name, form):
    agent = agent_of(name, form)
    units, orders = hidden(agent), random_orders(jax.random.key(4), agent)
    for site, uses in units.items():
        order = jnp.asarray(np.roll(np.arange(len(orders[site])), 1))
        for left_out in uses:
            some = {site: tuple(use for use in uses if use != left_out)}
            other = agent.replace(permuted(agent, some, {site: order}))
            gap = [
                abs(np.asarray(a) - np.asarray(b)).max()
                for a, b in zip(unrolled(other)[:2], unrolled(agent)[:2], strict=True)
            ]
            assert max(gap) > 1e-3


@every
def test_homogeneous_units_of_another_scale_are_the_same_network(name, form):
    agent = agent_of(name, form)
    scaled = {
        site: uses
        for site, uses in hidden(agent).items()
        if agent.policy.homogeneous(site)
    }
    factors = random_factors(jax.random.key(3), agent)
    factors = {site: jnp.asarray(2 * np.asarray(factors[site])) for site in scaled}
    assert scaled
    other = agent.replace(rescaled(agent, scaled, factors))
    same(unrolled(other), unrolled(agent), tolerance=1e-4)


@every
def test_agents_go_through_flattening_jit_and_vmap(name, form):
    agents = [agent_of(name, form, seed) for seed in (0, 1, 2)]
    leaves, tree = jax.tree.flatten(agents[0])
    again = jax.tree.unflatten(tree, leaves)
    assert identical(dict(again), dict(agents[0]))
    assert (again.policy, again.spec) == agent_parts(agents[0])
    seen = seen_by(agents[0], 2)
    many = jax.tree.map(lambda *x: jnp.asarray(np.stack(x)), *agents)
    mapped = jax.jit(jax.vmap(lambda agent: agent(seen)))(many)
    for row, agent in enumerate(agents):
        found = jax.tree.map(lambda x, row=row: np.asarray(x)[row], mapped)
        same(found, answer(agent, seen))


@every
def test_layers_hold_every_leaf_of_their_head_once_and_split_what_they_join(name, form):
    agent = agent_of(name, form)
    for head, net in ((LOGITS, agent.actor), (VALUE, agent)):
        found = layers(agent.policy, agent.spec, head)
        paths = [path for layer in found for path, _ in layer.leaves]
        assert len(set(paths)) == len(paths)
        assert head == VALUE or set(paths) == set(net)
        for layer in found:
            matrix = layer.matrix(agent)
            assert matrix.shape[1] == agent.sites[layer.site][-1]
            assert identical(
                layer.split(matrix, agent), {p: agent[p] for p, _ in layer.leaves}
            )
            scores = np.arange(matrix.shape[1], dtype=float)
            spread = layer.broadcast(scores, agent)
            assert (layer.matrix(spread) == scores[None]).all()


@every
def test_an_episode_that_begins_in_a_sequence_remembers_nothing(name, form):
    agent = agent_of(name, form)
    seen, first = sequence(agent)
    whole = unrolled(agent)
    fresh = agent.initial_carry(1)
    seen, first = np.asarray(seen), np.asarray(first)
    begun, _ = unroll(agent, seen[2:, 1:2], first[2:, 1:2], fresh)
    same(begun[:2], [np.asarray(x)[2:, 1:2] for x in whole[:2]])
    apart = unroll(agent, seen[1:], first[1:], agent.initial_carry(3))[0].logits
    gap = abs(np.asarray(apart)[0] - np.asarray(whole.logits)[1])
    remembers = bool(jax.tree.leaves(fresh))
    assert bool((gap > 1e-3).any()) == remembers


@every
def test_the_memory_after_each_step_goes_on_as_the_whole_sequence_does(name, form):
    agent = agent_of(name, form)
    seen, first = sequence(agent)
    whole, memory = jax.tree.map(
        np.asarray, unroll(agent, seen, first, agent.initial_carry(3))
    )
    kept = jax.tree.map(lambda x: x[2], memory)
    rest, _ = unroll(agent, np.asarray(seen)[3:], np.asarray(first)[3:], kept)
    same(rest, whole._replace(logits=whole.logits[3:], value=whole.value[3:]))


@every
def test_an_agent_whose_logits_are_a_donors_acts_as_the_donor_does(name, form):
    agent, donor = agent_of(name, form), agent_of(name, form, seed=1)
    held = {f"donor/{path}": leaf for path, leaf in donor.actor.items()}
    for site in ("actor/logits", list(agent.sites)[1]):
        mask = jnp.asarray(np.ones(agent.sites[site][-1], np.float32))
        patched = intervened(agent, site, mask=mask, **held)
        if site == "actor/logits":
            same(unrolled(patched).logits, unrolled(donor).logits)
        own = {f"donor/{path}": leaf for path, leaf in agent.actor.items()}
        same(
            unrolled(intervened(agent, site, mask=mask, **own))[:2], unrolled(agent)[:2]
        )


@every
def test_steering_a_site_by_nothing_changes_no_bit_and_by_something_does(name, form):
    agent = agent_of(name, form)
    for site, shape in agent.sites.items():
        still, moved = (
            intervened(agent, site, shift=jnp.asarray(np.full(shape[-1], by, "f4")))
            for by in (0, 1)
        )
        assert identical(outputs(still), outputs(agent))
        assert not identical(outputs(moved), outputs(agent))


def outputs(agent):
    found = unrolled(agent)
    return {"logits": found.logits, "value": found.value}


@every
def test_a_goal_of_no_policy_is_the_policy_itself(name, form):
    agent = agent_of(name, form)
    assert agent.policy.without_goal() == agent.policy
    assert hash(agent.policy) == hash(SMALL[name])


@each
def test_what_was_chosen_in_a_rollout_is_what_the_learner_sees_chosen(name):
    world = WORLDS[name]
    agent = agent_of(name)
    envs = start(jax.random.key(0), world, 4, agent.initial_carry(4))
    step = jax.jit(
        lambda key, agent, envs: collect_rollout(
            key, agent, envs, world=world, steps=13
        )
    )
    for key in jax.random.split(jax.random.key(1), 2):
        envs, data, _ = step(key, agent, envs)
        told = told_of(agent, data)
        same(told, data.log_probs)
        assert np.any(data.terminated) or np.any(data.truncated)


@jax.jit
def told_of(agent, data):
    """The log-probabilities of a rollout's actions, as the learner sees them."""
    return agent.log_probs(data.observations, data.actions, data.first, data.carry)


@each
def test_episodes_are_the_same_in_whatever_lanes_they_are_played(name):
    agent, world = agent_of(name), WORLDS[name]
    seeds = episode_seeds(world, 40, key=jax.random.key(2))
    together = play(agent, world, seeds)
    part = slice(32, 40)
    alone = play(agent, world, jax.tree.map(lambda x: x[part], seeds))
    assert np.array_equal(alone.length, np.asarray(together.length)[part])
    same(alone.events, np.asarray(together.events)[part])


@each
def test_every_leaf_of_an_agent_learns_and_training_is_its_seeds_alone(name):
    world, rollout = (
        WORLDS[name],
        RolloutConfig(num_envs=4, num_steps=8, update_epochs=2, num_minibatches=2),
    )
    parts = {"world": world, "rollout": rollout}
    ends = []
    for _ in range(2):
        state = init_state(0, policy=SMALL[name], **parts)
        before = {path: np.asarray(x) for path, x in state.agent.items()}
        *_, (end, _) = train_phase(
            state, fetch("blue"), rollouts=2, ppo=PPOConfig(), **parts
        )
        ends.append(end)
        assert not any(np.array_equal(end.agent[p], x) for p, x in before.items())
    assert identical(*(trees.flatten(end) for end in ends))


@each
def test_a_plan_is_stored_and_read_by_the_name_of_its_policy(name):
    plan = ExperimentConfig(
        Keys(), SMALL[name], PPOConfig(), RolloutConfig(), (fetch("blue"),),
        (Phase("blue", 1),),
    )  # fmt: skip
    assert decode(encode(plan)) == plan


@each
def test_an_agent_alone_answers_and_shows_its_kind(name):
    agent = create(jax.random.key(0), SMALL[name], WORLDS[name])
    assert type(SMALL[name]).__name__ in repr(agent)
    seen = seen_by(agent, 2)
    assert logits(agent, seen).shape == (2, 7)
    assert jax.eval_shape(lambda agent: agent.value(seen), agent).shape == (2,)
    assert agent.heads == HEADS and agent.actor.heads == (LOGITS,)
