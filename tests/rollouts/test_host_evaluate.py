"""In a host world a seed brings one episode, whatever plays beside it."""

import dataclasses
from importlib.util import find_spec

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from telic.core.errors import InputError, WorldError
from telic.core.trees import digest
from telic.edits import Add, Steer
from telic.policies import create
from telic.rollouts import EpisodeSeeds, episode_seeds, host, play
from telic.trials import trial
from telic.worlds import Lander
from tests.small import SHALLOW as POLICY
from tests.worlds.simulators import Stairs, Stairway

WORLD, COUNT = Stairway(), 12
GIVEN = episode_seeds(WORLD, COUNT, key=jax.random.key(3))
SEEDS = np.asarray(GIVEN.noise)
LENGTHS = 1 + SEEDS % 4
"""The first episode of the stairs with seed s lasts 1 + s % 4 steps."""


@dataclasses.dataclass(frozen=True)
class Together(Stairway):
    """The stairs in a vector environment."""

    mode: AutoresetMode = AutoresetMode.SAME_STEP

    def vector(self, envs):
        return SyncVectorEnv([self.make] * envs, autoreset_mode=self.mode)


def agent_of(world, likely=0.5):
    """An agent that takes action 1 that often, whatever it sees."""
    agent = create(jax.random.key(0), POLICY, world)
    count = len(world.actions)
    shares = np.full(count, (1 - likely) / (count - 1), np.float32)
    shares[1] = likely
    bias = jnp.asarray(np.log(shares))
    last = {"actor/1/kernel": jnp.zeros((8, count)), "actor/1/bias": bias}
    return agent.replace({**agent, **last})


def played(world=WORLD, agent=None, given=GIVEN, **options):
    """Some episodes, by the name of the event, and their lengths."""
    agent = agent_of(world) if agent is None else agent
    found = play(agent, world, given, **options)
    assert isinstance(found.events, jax.Array)
    table = dict(zip(world.events, np.asarray(found.events).T, strict=True))
    return {**table, "length": np.asarray(found.length)}


def assert_same(one, other):
    """Two tables are the same to the last bit."""
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], name)


def some(given, rows):
    """The chance of some episodes."""
    return EpisodeSeeds(given.noise[rows], given.uniform[rows])


def test_every_episode_is_as_long_as_its_seed_says_with_all_that_happens_in_it():
    found = played()
    assert len(set(LENGTHS.tolist())) > 2
    np.testing.assert_array_equal(found["length"], LENGTHS)
    np.testing.assert_array_equal(found["left"], LENGTHS * (LENGTHS - 1) / 2)
    np.testing.assert_array_equal(found["first"], 1)
    np.testing.assert_array_equal(found["for_good"], 1)
    np.testing.assert_array_equal(found["earlier"], -LENGTHS)


def test_the_numbers_of_an_episode_choose_the_actions_of_its_steps():
    found = played(agent=agent_of(WORLD, 0.3))
    right = np.asarray(GIVEN.uniform) >= 0.7
    taken = np.arange(WORLD.limit) < LENGTHS[:, None]
    np.testing.assert_array_equal(found["right"], (right & taken).sum(axis=1))


def test_the_time_limit_cuts_an_episode():
    world = Stairway(max_steps=2)
    given = EpisodeSeeds(GIVEN.noise, GIVEN.uniform[:, :2])
    found = played(world, given=given)
    np.testing.assert_array_equal(found["length"], np.minimum(LENGTHS, 2))
    np.testing.assert_array_equal(found["for_good"], LENGTHS <= 2)


def test_the_same_seeds_bring_the_same_bits_and_the_key_decides_them():
    assert_same(played(), played())
    again, other = (episode_seeds(WORLD, COUNT, key=jax.random.key(k)) for k in (3, 4))
    assert digest(again._asdict()) == digest(GIVEN._asdict())
    assert (np.asarray(other.noise) != SEEDS).all()
    assert GIVEN.uniform.shape == (COUNT, WORLD.limit)
    assert len(set(SEEDS.tolist())) == COUNT
    assert (SEEDS >= 0).all()


@pytest.mark.parametrize("rows", [[4], [0, 1, 2], [7, 3, 11]], ids=str)
@pytest.mark.parametrize(
    "world",
    [
        WORLD,
        Together(),
        Together(mode=AutoresetMode.DISABLED),
        Lander(max_steps=90),
        pytest.param(
            Lander(backend="envpool", max_steps=90),
            marks=pytest.mark.skipif(
                find_spec("envpool") is None, reason="needs envpool"
            ),
        ),
    ],
    ids=["stairs", "same step", "disabled", "gymnasium", "envpool"],
)
def test_an_episode_depends_on_its_own_seed_alone(world, rows):
    given = episode_seeds(world, COUNT, key=jax.random.key(5))
    every, few = (played(world, given=g) for g in (given, some(given, np.array(rows))))
    assert_same(few, {name: values[rows] for name, values in every.items()})
    assert len(set(every["length"].tolist())) > 2


def test_copies_stepped_together_play_the_episodes_of_copies_stepped_alone():
    for mode in (AutoresetMode.SAME_STEP, AutoresetMode.DISABLED):
        assert_same(played(Together(mode=mode)), played())


@pytest.mark.parametrize("likely", [0.4, 0.6])
def test_greedily_the_most_probable_action_is_always_taken(likely):
    agent = agent_of(WORLD, likely)
    greedy, drawn = (played(agent=agent, greedy=g) for g in (True, False))
    np.testing.assert_array_equal(greedy["right"], LENGTHS * (likely > 0.5))
    assert 0 < drawn["right"].sum() < LENGTHS.sum()


@pytest.mark.parametrize("greedy", [True, False])
@pytest.mark.parametrize(
    "edit",
    [
        Steer("actor/logits", jnp.array([0.0, 1.0]), strength=1e3),
        Add({"actor/1/bias": jnp.array([0.0, 1.0])}, strength=1e3),
    ],
    ids=["steer", "add"],
)
def test_an_edited_agent_acts_as_it_was_edited(edit, greedy):
    agent = agent_of(WORLD, 0.01)
    assert played(agent=agent, greedy=greedy)["right"].sum() < 3
    found = played(agent=edit(agent), greedy=greedy)
    np.testing.assert_array_equal(found["right"], LENGTHS)


def test_a_trial_in_a_host_world_has_every_edit_beside_its_nulls():
    edits = {"right": Steer("actor/logits", jnp.array([0.0, 1.0]), strength=1e3)}
    results = trial(
        agent_of(WORLD),
        edits,
        GIVEN,
        key=jax.random.key(0),
        world=WORLD,
    )
    unedited, edited, *nulls = results
    assert (unedited.edit, edited.edit) == ("no edit", "right")
    assert {null.null for null in nulls} == {"gaussian", "signs", "shuffled"}
    assert edited.rates["right"] == edited.rates["length"] == LENGTHS.mean()
    assert unedited.rates["right"] < edited.rates["right"]
    assert all(null.rates["length"] == LENGTHS.mean() for null in nulls)


def test_seeds_of_another_time_limit_are_refused():
    with pytest.raises(InputError, match="time limit of 5") as caught:
        played(Stairway(max_steps=4))
    assert "4" in caught.value.why


def test_a_record_holds_the_steps_that_were_taken_and_no_others():
    block, taken = host.episodes(agent_of(WORLD), WORLD, *GIVEN)
    time = np.arange(WORLD.limit)[:, None]
    np.testing.assert_array_equal(taken, time < LENGTHS)
    np.testing.assert_array_equal(block.before[..., 0], np.where(taken, time, 0))
    np.testing.assert_array_equal(block.after[..., 0], np.where(taken, time + 1, 0))
    np.testing.assert_array_equal(block.terminated, time == LENGTHS - 1)
    np.testing.assert_array_equal(block.first, np.broadcast_to(time == 0, taken.shape))
    np.testing.assert_array_equal(np.isnan(block.info["left"]), ~taken)


def test_simulators_are_given_back_also_when_a_step_fails(monkeypatch):
    played()
    assert Stairs.opened == []

    def broken(self, action):
        raise RuntimeError("the simulator fell over")

    monkeypatch.setattr(Stairs, "step", broken)
    with pytest.raises(WorldError, match="fell over"):
        played()
    assert Stairs.opened == []


def test_playing_leaves_the_agent_and_the_seeds_alone():
    agent = agent_of(WORLD)
    before = digest(agent), digest(GIVEN._asdict())
    played(agent=agent)
    assert (digest(agent), digest(GIVEN._asdict())) == before
