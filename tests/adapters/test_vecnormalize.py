"""Normalisers of Stable-Baselines3: the numbers in them, and what is refused."""

import contextlib
import pickle

import numpy as np
import pytest

from telic.adapters.pickle_write import to_pickle
from telic.adapters.pickled import Called, Global
from telic.adapters.vecnormalize import NORMALISER, STATISTICS, read
from telic.core.errors import DamagedError, InputError, TelicError
from tests.adapters.zips import FIXTURES, ZOO, needs_fixtures


def array(values, type_="f8"):
    """A call that makes an array, as NumPy pickles one."""
    held = np.array(values, f"<{type_}")
    kind = Called("numpy.dtype", (type_, False, True), state=(3, "<", None, None))
    return Called(
        "numpy.core.multiarray._reconstruct",
        (Global("numpy.ndarray"), (0,), b"b"),
        state=(1, held.shape, kind, False, held.tobytes()),
    )


def pickled(**changed):
    """A VecNormalize of two numbers."""
    kept = {"mean": array([1.0, 2.0]), "var": array([4.0, 0.25]), "count": 9.0}
    state = {
        "obs_rms": Called(STATISTICS, (), state=kept | changed.pop("statistics", {})),
        "clip_obs": 10.0,
        "epsilon": 1e-8,
        "norm_obs": True,
        **changed,
    }
    return to_pickle(Called(NORMALISER, (), state=state))


def test_means_deviations_and_the_bound_are_read():
    found = read(pickled(), what="it")
    assert found is not None and found.mean == (1.0, 2.0) and found.clip == 10.0
    np.testing.assert_allclose(found.std, np.sqrt([4 + 1e-8, 0.25 + 1e-8]))


def test_a_normaliser_of_rewards_alone_is_none():
    assert read(pickled(norm_obs=False), what="it") is None


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"obs_rms": {"a": 1}}, InputError, "several entries"),
        ({"epsilon": 0.0}, DamagedError, "epsilon is 0"),
        ({"clip_obs": "ten"}, DamagedError, "clip_obs is no finite"),
        ({"statistics": {"mean": array([1.0])}}, DamagedError, "no such numbers"),
        ({"statistics": {"var": array([-1.0, 1.0])}}, DamagedError, "no such numbers"),
        ({"statistics": {"mean": array([np.nan, 0])}}, DamagedError, "no such numbers"),
        ({"statistics": {"mean": [1.0, 2.0]}}, DamagedError, "no array of numbers"),
        ({"statistics": {"mean": array([1, 2], "u4")}}, DamagedError, "of the type"),
    ],
)
def test_numbers_that_cannot_be_are_an_error(changed, error, words):
    with pytest.raises(error, match=words):
        read(pickled(**changed), what="it")


def test_a_pickle_of_something_else_is_refused():
    with pytest.raises(InputError, match="no VecNormalize"):
        read(to_pickle({"mean": 1}), what="it")
    with pytest.raises(InputError, match=r"refers to 'os\.system'"):
        read(to_pickle(Called("os.system", ("touch was-run",))), what="it")
    with pytest.raises(DamagedError, match="after its end"):
        read(pickled() + b"more", what="it")


@needs_fixtures
def test_normalisers_of_others_are_read():
    for path in FIXTURES.glob("zoo/*/*/*/vecnormalize.pkl"):
        found = read(path.read_bytes(), what=path.name)
        assert found is not None and found.clip == 10.0
        assert len(found.mean) == len(found.std) > 1


@needs_fixtures
def test_a_changed_normaliser_is_an_error_or_divides_by_numbers_above_0():
    path = (
        ZOO[0].parents[2] / "ppo" / "Acrobot-v1_1" / "Acrobot-v1" / "vecnormalize.pkl"
    )
    data, drawn = path.read_bytes(), np.random.default_rng(0)
    for _ in range(1000):
        changed = bytearray(data)
        changed[int(drawn.integers(len(data)))] ^= 1 << int(drawn.integers(8))
        try:
            found = read(bytes(changed), what="it")
        except TelicError:
            continue
        if found is not None:
            assert all(np.isfinite(found.mean)) and min(found.std) > 0


class Touch:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return type(self.path).touch, (self.path,)


def test_a_planted_call_is_not_made_wherever_it_stands(tmp_path):
    """A hundred pickles that would write a file each; in half a byte is changed too."""
    witness, drawn = tmp_path / "witness", np.random.default_rng(0)
    planted = pickle.dumps(Touch(witness), protocol=4)
    body = planted[2:-1]  # without its first and last opcode
    whole = pickled()
    for at in range(100):
        place = 2 + int(drawn.integers(len(whole) - 3))
        changed = bytearray(whole[:place] + body + whole[place:])
        if at % 2:
            changed[int(drawn.integers(len(changed)))] ^= 1 << int(drawn.integers(8))
        with contextlib.suppress(TelicError):
            read(bytes(changed), what="it")
    with pytest.raises(TelicError):
        read(planted, what="it")
    assert not witness.exists()
    pickle.loads(planted)
    assert witness.exists()  # it would have
