"""The normaliser of observations that Stable-Baselines3 pickles: `vecnormalize.pkl`.

It is read as data (`telic.adapters.pickled`): the running mean and variance, the bound
and ε. A pickle has no checksum, so numbers that somebody changed cannot be told from
others; the certificate of an import names the file's SHA-256.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from telic.adapters.pickled import Called, Global, contents
from telic.core.errors import DamagedError, InputError

_HOME = "stable_baselines3.common"
NORMALISER = f"{_HOME}.vec_env.vec_normalize.VecNormalize"
STATISTICS = f"{_HOME}.running_mean_std.RunningMeanStd"

_ARRAYS = tuple(
    f"numpy.{home}.{name}"
    for home in ("core.multiarray", "_core.multiarray")
    for name in ("_reconstruct", "scalar")
)
_NUMERIC = tuple(f"numpy.{home}.numeric._frombuffer" for home in ("core", "_core"))
_SPACES = tuple(
    f"{library}.spaces.{kind.lower() if '_' not in kind else kind}.{name}"
    for library in ("gym", "gymnasium")
    for kind, name in (
        ("box", "Box"),
        ("discrete", "Discrete"),
        ("multi_discrete", "MultiDiscrete"),
        ("multi_binary", "MultiBinary"),
        ("dict", "Dict"),
        ("tuple", "Tuple"),
    )
)
_CHANCE = tuple(
    f"numpy.random.{name}"
    for name in (
        "_pickle.__randomstate_ctor",
        "_pickle.__generator_ctor",
        "_pickle.__bit_generator_ctor",
        "_mt19937.MT19937",
        "_mt19937.__pyx_unpickle_MT19937",
        "_pcg64.PCG64",
        "bit_generator.__pyx_unpickle_SeedSequence",
        "bit_generator.SeedSequence",
    )
)

NAMES = frozenset(
    (
        NORMALISER,
        STATISTICS,
        "numpy.dtype",
        "numpy.ndarray",
        "collections.OrderedDict",
        "_codecs.encode",
        *_ARRAYS,
        *_NUMERIC,
        *_SPACES,
        *_CHANCE,
    )
)
"""The names that such a file refers to: arrays, spaces, and generators of chance."""


class Normaliser(NamedTuple):
    """What an agent's observations pass through: clip((x - mean) / std).

    Attributes:
        mean: Of each number of a flat observation.
        std: Likewise.
        clip: The bound.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    clip: float


def read(data: bytes, *, what: str) -> Normaliser | None:
    """The normaliser in a file; None if it does not normalise observations.

    Raises:
        InputError: If it is a pickle of something else, or normalises several entries.
        DamagedError: If it is cut off or altered.
    """
    made, end = contents(data, NAMES, what=what)
    if not isinstance(made, Called) or made.name != NORMALISER:
        raise InputError(
            f"{what} is no VecNormalize of Stable-Baselines3",
            why="its normalisers are; wrappers of other libraries are not known",
        )
    if end != len(data):
        raise DamagedError(f"{what} has {len(data) - end} bytes after its end")
    state = made.state
    if not isinstance(state, dict):
        raise DamagedError(f"{what} holds no state")
    if not state.get("norm_obs", True):
        return None
    kept = state.get("obs_rms")
    if not isinstance(kept, Called) or kept.name != STATISTICS:
        raise InputError(
            f"{what} normalises several entries of an observation",
            why="telic's normaliser is of one array",
        )
    inside = kept.state if isinstance(kept.state, dict) else {}
    mean, variance = (_array(inside.get(name), what, name) for name in ("mean", "var"))
    epsilon, clip = (_number(state.get(n), what, n) for n in ("epsilon", "clip_obs"))
    fine = mean.shape == variance.shape and np.isfinite(mean).all()
    if not fine or not (np.isfinite(variance).all() and (variance >= 0).all()):
        raise DamagedError(f"{what}: its means or variances are no such numbers")
    if epsilon <= 0 or clip <= 0:
        raise DamagedError(f"{what}: epsilon is {epsilon}, clip_obs {clip}")
    std = np.sqrt(variance + epsilon)
    return Normaliser(
        tuple(mean.ravel().tolist()), tuple(std.ravel().tolist()), float(clip)
    )


def _array(made: Any, what: str, name: str) -> np.ndarray:
    """An array of doubles, from the call that would make it."""
    try:
        if made.name.endswith("._frombuffer"):
            data, type_, shape = made.given[:3]
        else:  # _reconstruct, whose state is (version, shape, type, order, data)
            _, shape, type_, _, data = made.state
        found = np.frombuffer(_bytes(data), _type(type_))
        return found.reshape(shape).astype(np.float64)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise DamagedError(
            f"{what}: {name} is no array of numbers", why=str(error)[:200]
        ) from error


def _number(made: Any, what: str, name: str) -> float:
    """A number, which may be a scalar of NumPy."""
    if isinstance(made, Called) and made.name.endswith(".scalar"):
        try:
            made = np.frombuffer(_bytes(made.given[1]), _type(made.given[0]))[0]
        except (IndexError, TypeError, ValueError) as error:
            raise DamagedError(f"{what}: {name} is no number") from error
    if not isinstance(made, int | float | np.number) or not math.isfinite(made):
        raise DamagedError(f"{what}: {name} is no finite number")
    return float(made)


def _type(made: Any) -> np.dtype:
    """A type of numbers, from the call of `numpy.dtype` that would make it."""
    if not isinstance(made, Called) or made.name != "numpy.dtype":
        raise ValueError("no type of numbers")
    name = made.given[0]
    order = made.state[1] if isinstance(made.state, tuple) else "<"
    if name not in ("f4", "f8", "i4", "i8") or order not in ("<", "|", "="):
        raise ValueError(f"numbers of the type {order}{name}")
    return np.dtype(f"<{name}")


def _bytes(made: Any) -> bytes:
    """Bytes, which old protocols store as text to encode."""
    if isinstance(made, Called) and made.name == "_codecs.encode":
        return str(made.given[0]).encode("latin1")
    if isinstance(made, Global) or not isinstance(made, bytes | bytearray):
        raise TypeError("no bytes")
    return bytes(made)
