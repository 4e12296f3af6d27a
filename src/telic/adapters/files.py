"""The agent in a file, whatever library wrote it."""

from pathlib import Path

from telic.adapters import archive, sb3, vecnormalize
from telic.adapters.imported import Imported
from telic.adapters.layers import Layout
from telic.adapters.state_dict import from_state
from telic.adapters.torch_file import tensors
from telic.adapters.trees import msgpack_tree, safetensors_tree
from telic.core.errors import InputError
from telic.runs import disk

LARGEST = 256 << 20
"""The largest file that is read, in bytes."""


def read_file(
    path: str | Path,
    *,
    normaliser: str | Path | None = None,
    layout: Layout | None = None,
) -> Imported:
    """The agent in a file.

    Args:
        path: A zip of Stable-Baselines3; a file of `torch.save` or safetensors that
            holds a state dict; or flax's `to_bytes`.
        normaliser: A `vecnormalize.pkl` of Stable-Baselines3, through which the agent
            sees.
        layout: Where the layers of a state dict are, if telic does not know.

    Raises:
        InputError: If the file is nothing that telic understands.
        DamagedError: If it is cut off or altered.
    """
    path = Path(path)
    data, what = disk.read_file(path, most=LARGEST), path.name
    if archive.is_zip(data) and archive.has(data, "data", what=what):
        found = sb3.read(data, what=what)
    elif archive.is_zip(data) or data[:1] == b"\x80":
        found = from_state(tensors(data, what=what), layout, what=what)
    elif path.suffix == ".safetensors":
        found = from_state(safetensors_tree(data, what=what), layout, what=what)
    elif path.suffix in (".msgpack", ".cleanrl_model", ".flax"):
        found = from_state(msgpack_tree(data, what=what), layout, what=what)
    else:
        raise InputError(
            f"{what} is no agent that telic can read",
            why="it reads zips of Stable-Baselines3, and state dicts by torch.save, as "
            "safetensors or flax's to_bytes",
        )
    if normaliser is None:
        return found
    kept = Path(normaliser)
    seen = vecnormalize.read(disk.read_file(kept, most=LARGEST), what=kept.name)
    return found if seen is None else found.behind(seen)
