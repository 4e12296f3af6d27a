"""A checkpoint comes back bit for bit, or not at all."""

import errno
import os
import random

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import DamagedError, StorageError, TelicError
from telic.runs import checkpoint, disk, inside
from telic.runs.checkpoint import Checkpoint
from telic.studies import Alternation
from telic.studies.base import preset
from telic.training import TrainState, init_state

PLAN = preset(Alternation, "small").plan()


@pytest.fixture(scope="module")
def state() -> TrainState:
    return init_state(0, policy=PLAN.policy, world=PLAN.world, rollout=PLAN.rollout)


def test_what_was_committed_is_read_back_bit_for_bit(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    again = checkpoint.read(found, state)
    assert trees.digest(trees.flatten(again)) == trees.digest(trees.flatten(state))


def test_the_agent_alone_can_be_read(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    assert trees.digest(checkpoint.read_agent(found)) == trees.digest(state.agent)


def test_an_agents_leaves_come_in_one_order_every_time(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    for _ in range(5):
        assert list(checkpoint.read_agent(found)) == sorted(state.agent)


def test_no_mutation_of_any_file_is_read_as_if_nothing_had_happened(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    whole = {path: path.read_bytes() for path in sorted(found.path.iterdir())}
    rng, caught = random.Random(0), 0
    for _ in range(300):
        path = rng.choice(list(whole))
        path.write_bytes(mutated(whole[path], rng))
        try:
            again = checkpoint.read(found, state)
        except TelicError:
            caught += 1
        else:  # only a change of the manifest that says the same may pass
            assert path.name == inside.MANIFEST
            assert trees.digest(trees.flatten(again)) == trees.digest(
                trees.flatten(state)
            )
        path.write_bytes(whole[path])
    assert caught > 250


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes with one bit flipped, cut short, or with a stretch overwritten."""
    place = rng.randrange(len(data))
    kind = rng.randrange(3)
    if kind == 0:
        flipped = bytes([data[place] ^ 1 << rng.randrange(8)])
        return data[:place] + flipped + data[place + 1 :]
    if kind == 1:
        return data[:place]
    noise = rng.randbytes(8)
    changed = data[:place] + noise + data[place + 8 :]
    return changed if changed != data else data + b"x"


def test_an_agent_of_another_shape_is_refused(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    wider = Alternation().plan()
    like = init_state(0, policy=wider.policy, world=wider.world, rollout=PLAN.rollout)
    with pytest.raises(DamagedError, match="actor/0/bias"):
        checkpoint.read(found, like)


def test_a_newer_schema_is_refused_by_name(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    path = found.path / inside.MANIFEST
    path.write_text(path.read_text().replace('"schema": 3', '"schema": 9'))
    with pytest.raises(DamagedError, match="schema 9"):
        checkpoint.read(found, state)


@pytest.mark.parametrize("call", range(12))
def test_dying_at_any_point_of_a_commit_leaves_nothing_or_all_of_it(
    tmp_path, state, monkeypatch, call
):
    """Every write, fsync and rename of a commit fails in turn."""
    checkpoint.commit(tmp_path, state)
    later = state._replace(rollouts=jnp.asarray(2, jnp.int32))
    count = iter(range(100))

    def failing(real):
        def act(*args, **kwargs):
            if next(count) == call:
                raise OSError(errno.ENOSPC, "no space")
            return real(*args, **kwargs)

        return act

    for name in ("fsync", "rename", "replace"):
        monkeypatch.setattr(disk.os, name, failing(getattr(os, name)))
    monkeypatch.setattr(disk, "write_bytes", failing(disk.write_bytes))
    try:
        checkpoint.commit(tmp_path, later)
    except StorageError as error:
        assert error.code == 6 and "full" in error.why
    monkeypatch.undo()
    for found in checkpoint.listing(tmp_path):
        checkpoint.verify_checkpoint(found)
    disk.sweep(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} <= {"u00000", "u00002"}
    assert (tmp_path / "u00000").exists()


def test_a_huge_file_is_not_even_read(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    with open(found.path / inside.MANIFEST, "ab") as file:
        file.truncate(disk.LIMITS[".json"] + 1)
    with pytest.raises(DamagedError, match="at most"):
        checkpoint.verify_checkpoint(found)


def test_checkpoints_are_listed_by_rollouts_and_strangers_are_ignored(tmp_path):
    odd = ("u00002.damaged", ".u00003.1.tmp", "other", "u²", "u2", "u000002", "u00003x")
    for name in ("u00010", "u00002", *odd):
        (tmp_path / name).mkdir()
    found = [item.rollouts for item in checkpoint.listing(tmp_path)]
    assert found == [2, 10]
    assert checkpoint.listing(tmp_path)[0] == Checkpoint(tmp_path / "u00002")


def test_a_checkpoint_under_another_name_is_refused(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    moved = Checkpoint(found.path.rename(tmp_path / "u00003"))
    for reading in (checkpoint.read_agent, checkpoint.verify_checkpoint):
        with pytest.raises(DamagedError, match="after 0 rollouts"):
            reading(moved)
    with pytest.raises(DamagedError, match="after 0 rollouts"):
        checkpoint.read(moved, state)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e7])
def test_numbers_without_meaning_are_refused_whatever_their_hash(
    tmp_path, state, value
):
    leaf = state.agent["actor/0/bias"].at[0].set(value)
    found = checkpoint.commit(
        tmp_path, state._replace(agent={**state.agent, "actor/0/bias": leaf})
    )
    for reading in (checkpoint.read_agent, checkpoint.verify_checkpoint):
        with pytest.raises(DamagedError, match="'actor/0/bias' are not finite"):
            reading(found)


def test_a_file_of_another_size_is_refused_before_it_is_read(
    tmp_path, state, monkeypatch
):
    found = checkpoint.commit(tmp_path, state)
    with open(found.path / "agent.safetensors", "r+b") as file:
        file.truncate(disk.LIMITS[".safetensors"])
    monkeypatch.setattr(disk.os, "read", small(os.read))
    with pytest.raises(DamagedError, match="it should have"):
        checkpoint.read_agent(found)


def small(real):
    """`os.read` that refuses to read a file of megabytes."""

    def read(handle, count):
        assert os.fstat(handle).st_size < 1 << 20
        return real(handle, count)

    return read


def test_nothing_is_pickled(tmp_path, state):
    found = checkpoint.commit(tmp_path, state)
    names = {path.suffix for path in found.path.iterdir()}
    assert names == {".safetensors", ".json"}
    flat = trees.flatten(state)
    assert all(isinstance(leaf, np.ndarray) for leaf in flat.values())
    assert all(leaf.dtype != object for leaf in flat.values())
