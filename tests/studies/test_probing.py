"""Probes with boards held out, and steering: chance is chance, nulls are equals."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.locators import contrast_pair
from telic.locators.behaviour import Behaviour
from telic.locators.toys import toy
from telic.studies.probing import Reading, boards_of, features_of, steered, tell_apart

KEY, CHANCE = jax.random.key(0), np.random.default_rng(0)
BOARDS = np.arange(640) % 64


def test_two_classes_apart_are_told_apart_and_shuffled_labels_are_not():
    x = CHANCE.normal(size=(640, 4))
    found = tell_apart(KEY, x, x + np.array([0, 9.0, 0, 0]), BOARDS)
    assert found.accuracy > 0.99
    assert abs(found.shuffled - 0.5) < 0.15
    assert found.means == pytest.approx([0, 9, 0, 0])
    assert np.abs(found.normal).argmax() == 1 and found.normal[1] > 0


def test_a_probe_on_noise_with_a_column_for_every_row_is_at_chance():
    # It fits every row that it was trained on: only others say what it knows.
    first, second = CHANCE.normal(size=(2, 640, 640))
    found = tell_apart(KEY, first, second, BOARDS)
    assert abs(found.accuracy - 0.5) < 0.1
    assert abs(found.shuffled - 0.5) < 0.1


def test_what_marks_an_episode_is_of_no_use_on_boards_held_out():
    # Each episode has a mark of its own in all of its rows: rows held out would be
    # known by it, labels shuffled over episodes too.
    marks = 30 * CHANCE.normal(size=(2, 64, 200))
    first, second = (each[BOARDS] + CHANCE.normal(size=(640, 200)) for each in marks)
    found = tell_apart(KEY, first, second, BOARDS)
    assert abs(found.accuracy - 0.5) < 0.2
    assert abs(found.shuffled - 0.5) < 0.2


def test_one_agent_beside_itself_is_told_apart_in_half_of_all_rows():
    x = CHANCE.normal(size=(640, 4))
    assert tell_apart(KEY, x, x, BOARDS).accuracy == 0.5


def test_a_row_is_of_the_copy_that_it_was_seen_in():
    found = toy()
    pair = contrast_pair(found.recipient, found.donor, key=1, steps=4, envs=8)
    boards = boards_of(pair.behaviour, 8)
    assert boards.shape == (64,) and len(np.unique(boards)) == 8
    # The same noise: both begin on the same boards, each in its own half.
    first = np.asarray(pair.observations)[:8], np.asarray(pair.observations)[32:40]
    np.testing.assert_array_equal(*first)
    np.testing.assert_array_equal(boards[:8], boards[32:40])
    sequences = Behaviour(
        jnp.zeros((6, 2, 1)), jnp.zeros((12, 1)), jnp.zeros((6, 2), bool)
    )
    assert boards_of(sequences, 3).tolist() == [0, 0, 1, 1, 2, 2] * 2


def test_agents_are_told_apart_by_a_layer_that_differs():
    found = toy()
    mine, theirs = (
        features_of(found.behaviour, agent) for agent in (found.recipient, found.donor)
    )
    boards = boards_of(found.behaviour, 8)
    assert (
        tell_apart(KEY, mine["actor/0/post"], theirs["actor/0/post"], boards).accuracy
        > 0.9
    )


def test_all_directions_are_as_long_and_have_as_many_doses():
    agent, site, seen = toy().recipient, "actor/0/post", []

    def score(edited) -> float:
        """A made-up behaviour: how far an agent is steered."""
        seen.append(edited[f"at/{site}/0/shift"])
        return float(np.linalg.norm(seen[-1]))

    found = Reading(1.0, 0.5, np.eye(8)[2], 3 * np.eye(8)[5])
    told = steered(KEY, site, found, agent, score)
    lengths = [float(np.linalg.norm(x)) for x in seen]
    assert lengths == pytest.approx([3.0, 6.0, 12.0] * 3, rel=1e-5)
    assert told == pytest.approx(
        dict.fromkeys(("steer", "means", "null"), 12), rel=1e-5
    )
    assert int(seen[0].argmax()) == 2 and int(seen[3].argmax()) == 5
    assert float(jnp.abs(seen[6]).min()) > 0


def test_no_direction_is_no_shift():
    agent, site = toy().recipient, "actor/0/post"
    none = Reading(0.5, 0.5, np.zeros(8), np.zeros(8))
    score = lambda edited: float(jnp.abs(edited[f"at/{site}/0/shift"]).max())
    assert set(steered(KEY, site, none, agent, score).values()) == {0.0}


def test_a_pair_reads_as_its_own_mirror():
    found = toy()
    turned = dataclasses.replace(found, recipient=found.donor, donor=found.recipient)
    boards, ways = boards_of(found.behaviour, 8), []
    for pair in (found, turned):
        both = (pair.recipient, pair.donor)
        first, second = (features_of(pair.behaviour, a)["actor/0/post"] for a in both)
        ways.append(tell_apart(KEY, first, second, boards).normal)
    np.testing.assert_allclose(ways[0], -ways[1], atol=1e-9)
