"""The lander in event space: its stock reward is paid to the last hundredth."""

import dataclasses
from importlib.util import find_spec

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.worlds import Lander, land, pool, stock
from telic.worlds.host import blank, events, put
from telic.worlds.lander import LEFT, MAIN, NOTHING, RIGHT, shaping

ENVPOOL = pytest.mark.skipif(find_spec("envpool") is None, reason="needs envpool")
BACKENDS = pytest.mark.parametrize(
    "backend", ["gymnasium", pytest.param("envpool", marks=ENVPOOL)]
)
PILOTS = ("careful", "careless", "hovering", "leaving")


def steer(seen, rng):
    """What the pilots do: copy i has the pilot i % 4.

    The careful one leans against its drift, and brakes the faster it falls. The
    careless one forgets itself every second step, the hovering one never comes down
    and the leaving one wants to be far to the right.
    """
    x, y, vx, vy, angle, spin, left, right = seen.T
    pilot = np.arange(len(seen)) % len(PILOTS)
    grounded = (left + right) > 0
    lean = np.clip(0.5 * x + vx, -0.4, 0.4)
    lean = np.where(pilot == 3, -0.4, lean)
    height = np.where(pilot >= 2, 0.7, 0.55 * abs(x))
    turn = np.where(grounded, 0, 0.5 * (lean - angle) - spin)
    lift = np.where(grounded, -0.5 * vy, 0.5 * (height - y) - 0.5 * vy)
    turning = np.select([turn < -0.05, turn > 0.05], [RIGHT, LEFT], NOTHING)
    action = np.where((lift > abs(turn)) & (lift > 0.05), MAIN, turning)
    careless = (pilot == 1) & (rng.random(len(seen)) < 0.5)
    return np.where(careless, rng.integers(0, 4, len(seen)), action).astype(np.int32)


def flown(world, *, steps, copies, seed=0):
    """A block of steps under the four pilots."""
    rng, everyone = np.random.default_rng(seed), np.arange(copies)
    block, vector_env = blank(world, steps, copies), world.vector_env(range(copies))
    seen = vector_env.reset()
    for time in range(steps):
        action = steer(seen, rng)
        result = vector_env.step(action, everyone)
        put(block, time, everyone, seen, action, result)
        seen = result.obs.copy()
        ended = np.flatnonzero(result.terminated | result.truncated)
        if len(ended):
            seen[ended] = vector_env.reset_done(ended)
    vector_env.close()
    return block


def check_reward(world, block):
    """The stock objective pays what the environment paid, in every step."""
    paid = events(world, block) @ stock().vector(world.events)
    assert np.abs(paid - block.reward).max() <= 1e-4


def ends(world, block):
    """How many episodes ended in each way."""
    found = events(world, block).sum(axis=(0, 1))
    return {
        **{name: int(found[world.events.index(name)]) for name in ("crash", "landing")},
        "timeout": int((block.truncated & ~block.terminated).sum()),
        "outside": int((block.terminated & (abs(block.after[..., 0]) >= 1)).sum()),
    }


@BACKENDS
def test_the_stock_objective_pays_the_reward_of_the_environment(backend):
    world = Lander(backend=backend, max_steps=400)
    block = flown(world, steps=750, copies=8)
    assert min(ends(world, block).values()) > 0, "all ends are among them"
    assert len(np.unique(block.action)) == 4
    check_reward(world, block)


@pytest.mark.claims
@BACKENDS
def test_the_stock_objective_pays_the_reward_over_a_hundred_thousand_steps(backend):
    world = Lander(backend=backend)
    block = flown(world, steps=7_000, copies=16)
    assert block.reward.size >= 100_000
    assert min(ends(world, block).values()) >= 10
    check_reward(world, block)


def step(*, before=(0,) * 8, after=(0,) * 8, **result):
    """A block of one step of one copy of the lander."""
    block = blank(Lander(), 1, 1)
    block.before[0, 0], block.after[0, 0] = before, after
    for name, value in result.items():
        getattr(block, name)[0, 0] = value
    return block


def happened(block, **options):
    """What happened in the last step of a block, by name."""
    world = Lander(**options)
    found = events(world, block)[-1, 0].tolist()
    return dict(zip(world.events, found, strict=True))


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ((0, 0, 0, 0, 0, 0, 0, 0), 0),
        ((0, 0, 0, 0, 0, 9, 1, 0), 10),
        ((0, 0, 0, 0, 0, 0, 1, 1), 20),
        ((3, -4, 0, 0, 0, 0, 0, 0), -500),
        ((0, 0, -6, 8, 0, 0, 0, 0), -1000),
        ((0, 0, 0, 0, -0.5, 0, 0, 0), -50),
        ((0.3, 0.4, 0.6, 0.8, 0.5, 1, 1, 1), -180),
    ],
)
def test_shaping_is_minus_a_hundred_times_each_distance_from_rest(seen, value):
    many = np.broadcast_to(np.array(seen, np.float32), (3, 2, 8))
    np.testing.assert_allclose(shaping(many), np.full((3, 2), value), rtol=1e-6)


@pytest.mark.parametrize(
    ("action", "main", "side"),
    [(NOTHING, 0, 0), (LEFT, 0, 1), (MAIN, 1, 0), (RIGHT, 0, 1)],
)
def test_a_step_in_the_sky_has_its_fuel_and_its_change_of_shaping(action, main, side):
    block = step(before=(0, 2) + (0,) * 6, after=(0, 1) + (0,) * 6, action=action)
    found = {"shaping": 100, "main": main, "side": side, "crash": 0, "landing": 0}
    assert happened(block) == found


@pytest.mark.parametrize(("reward", "end"), [(-100, "crash"), (100, "landing")])
@pytest.mark.parametrize("action", [LEFT, MAIN])
@pytest.mark.parametrize("truncated", [False, True])
def test_an_end_stands_in_the_place_of_all_else(reward, end, action, truncated):
    block = step(
        before=(0, 2) + (0,) * 6,
        action=action,
        reward=reward,
        terminated=True,
        truncated=truncated,
    )
    nothing = dict.fromkeys(Lander().events, 0)
    assert happened(block) == {**nothing, end: 1}
    assert happened(block, leak=True) == {**nothing, end: 1}


def test_a_step_at_which_the_time_is_up_pays_as_any_other():
    block = step(before=(0, 2) + (0,) * 6, action=MAIN, reward=199.7, truncated=True)
    nothing = dict.fromkeys(Lander().events, 0)
    assert happened(block) == {**nothing, "shaping": 200, "main": 1}


@pytest.mark.parametrize(
    ("first", "earlier", "clean", "leaked"),
    [
        (True, (0, 5), 100, 400),  # back to -500, not to -200
        (True, (np.nan, np.nan), 100, 0),  # the first episode of its copy
        (False, (0, 5), 100, 100),
        (False, (np.nan, np.nan), 100, 100),
    ],
)
def test_the_leak_reaches_from_a_first_step_to_the_episode_before(
    first, earlier, clean, leaked
):
    block = step(before=(0, 2) + (0,) * 6, after=(0, 1) + (0,) * 6, first=first)
    block.prev_episode_last_obs[0, 0, :2] = earlier
    block.prev_episode_last_obs[0, 0, 2:] = 0 * earlier[0]
    assert happened(block)["shaping"] == clean
    assert happened(block, leak=True)["shaping"] == leaked


def test_what_the_lander_refuses_names_what_is_allowed():
    with pytest.raises(InputError, match="did you mean 'envpool'"):
        Lander(backend="envpol")
    for field, value, allowed in [
        ("gravity", -12.5, "-12 to 0"),
        ("gravity", 1.0, "-12 to 0"),
        ("wind_power", 21.0, "0 to 20"),
        ("turbulence", -0.1, "0 to 2"),
        ("turbulence", float("nan"), "0 to 2"),
    ]:
        with pytest.raises(InputError, match=f"{field} = {value}") as caught:
            Lander(**{field: value})
        assert allowed in caught.value.why
    with pytest.raises(InputError, match="max_steps = -1"):
        Lander(max_steps=-1)


@pytest.mark.parametrize(
    "weather",
    [{"wind": True}, {"gravity": -9.0}, {"wind_power": 1.0}, {"turbulence": 1.0}],
    ids=str,
)
def test_weather_is_refused_for_envpool_and_made_by_gymnasium(weather):
    with pytest.raises(InputError, match="neither wind nor another") as caught:
        Lander(backend="envpool", **weather)
    assert "gymnasium" in caught.value.fix
    env = Lander(**weather).make()
    names = {"wind": "enable_wind", "turbulence": "turbulence_power"}
    for name, value in weather.items():
        assert getattr(env.unwrapped, names.get(name, name)) == value
    env.close()


@BACKENDS
def test_an_episode_is_cut_at_the_limit_and_so_is_the_next_one(backend):
    world = Lander(backend=backend, max_steps=20)
    block = flown(world, steps=50, copies=4)
    assert world.limit == 20
    assert not block.terminated.any(), "nobody falls so fast"
    assert (np.flatnonzero(block.truncated.any(axis=1)) == [19, 39]).all()
    assert block.truncated[[19, 39]].all()


def test_without_envpool_its_backend_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(pool, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="envpool is not installed") as caught:
        Lander(backend="envpool").vector_env([0])
    assert "pip install 'telic[envpool]'" in caught.value.fix


def test_the_leak_is_of_the_events_alone_and_off_by_default():
    plain, leaky = Lander(max_steps=30), Lander(max_steps=30, leak=True)
    assert plain == dataclasses.replace(leaky, leak=False)
    block = flown(plain, steps=40, copies=2)
    block.first[[0, 30]] = True
    block.prev_episode_last_obs[30] = block.after[29]
    want = land().vector(plain.events)
    before, after = (events(world, block) @ want for world in (plain, leaky))
    assert (before[0] != 0).all() and (after[0] == 0).all()
    due = shaping(block.after[30]) - shaping(block.after[29])
    np.testing.assert_allclose(after[30], due, rtol=1e-5)
    assert (after[30] != before[30]).all()
    rest = ~block.first.any(axis=1)
    np.testing.assert_array_equal(before[rest], after[rest])
