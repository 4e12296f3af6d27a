"""A stranger's paper: it is one, or an error that says what to remove."""

import itertools
import json
import os
import random

import jax
import numpy as np
import pytest
from safetensors.numpy import load, save

from telic.core.errors import DamagedError
from telic.planted import ladder
from telic.runs import disk
from telic.studies import paper
from telic.studies.exam import Exam, _planting
from telic.studies.planting import base_of, key_of
from tests.runs import mutations
from tests.studies.examined import begun


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A paper of two pairs; and its files by their paths."""
    run = begun(tmp_path_factory.mktemp("kept"), "layer-1")
    base = base_of(run, _planting(Exam()))
    pairs = itertools.islice(ladder(key_of(0), base), 2)
    folder = run.path / "exam-0"
    paper.keep(folder, 0, dict(zip((0, 3), pairs, strict=True)), base.recipe)
    files = [*folder.iterdir(), *paper.solutions_of(folder).iterdir()]
    return folder, {path.name: path for path in files}


@pytest.fixture(autouse=True)
def whole(kept):
    """Whatever a test did to the files, the next one finds them as they were."""
    before = {path: path.read_bytes() for path in kept[1].values()}
    yield
    for path, data in before.items():
        path.unlink(missing_ok=True)
        path.write_bytes(data)


def said(kept, name, **changes):
    """Change what a JSON file says."""
    path = kept[1][f"{name}.json"]
    path.write_bytes(mutations.to_text({**json.loads(path.read_bytes()), **changes}))


def signed(kept, name, change):
    """Change the arrays of a file, with the hash that they then have."""
    path = kept[1][f"{name}.safetensors"]
    data = save(change(load(path.read_bytes())))
    path.write_bytes(data)
    said(kept, name, sha256=disk.sha256(data))


def refused(kept):
    """What the paper is refused for; the fix is that of all papers."""
    folder = kept[0]
    with pytest.raises(DamagedError, match="is no paper") as told:
        read(folder)
    assert told.value.fix == f"remove {folder}; it is made anew"
    return str(told.value)


def read(folder):
    """A paper, both its folders."""
    return list(zip(paper.questions(folder), paper.solutions(folder), strict=True))


def test_a_whole_paper_is_read(kept):
    (first, planted), _ = read(kept[0])
    recipient = first.pairs[0][0]
    assert {p: x.shape for p, x in planted.truth.items()} == {
        p: x.shape for p, x in recipient.items()
    }
    assert list(recipient) == sorted(recipient) and planted.decoys is None
    due = jax.random.key_data(jax.random.fold_in(key_of(0), 0))
    assert (jax.random.key_data(first.key) == due).all()


WRONG = {
    "seed": (None, "x", -1, 1.5, 2**40, True),
    "numbers": (3, [-1, 0], [], ["x", 0], [0], [0, 1, 2], [0, 2**40], None),
    "plan": (None, {}, {"world": {"name": "evil"}}, [1]),
    "schema": (None, 3),
}


@pytest.mark.parametrize(
    ("field", "value"), [(f, v) for f, values in WRONG.items() for v in values]
)
def test_what_is_said_about_agents_is_that_or_the_paper_is_refused(kept, field, value):
    said(kept, "agents", **{field: value})
    refused(kept)


@pytest.mark.parametrize("name", ["agents", "truth"])
def test_a_file_that_says_nothing_is_refused(kept, name):
    path = kept[1][f"{name}.json"]
    schema = {"schema": 2, "sha256": json.loads(path.read_bytes())["sha256"]}
    path.write_bytes(disk.to_json(schema))
    refused(kept)


def with_first(arrays, leaf):
    """Arrays, the first of them made anew."""
    name = min(arrays)
    return {**arrays, name: leaf(arrays[name])}


ARRAYS = {
    "not finite": lambda a: with_first(a, lambda x: np.full_like(x, np.nan)),
    "beyond": lambda a: with_first(a, lambda x: np.full_like(x, 1e30)),
    "expected": lambda a: with_first(a, lambda x: np.zeros((3, 5), np.float32)),
    "float64": lambda a: with_first(a, lambda x: x.astype(np.float64)),
    "not those expected": lambda a: {n: x for n, x in a.items() if n != min(a)},
    "of 2 questions": lambda a: {"999/" + n[4:]: x for n, x in a.items()},
    "expected: ": lambda a: {**a, "000/x/recipient/actor/0/bias": np.zeros(2)},
}


@pytest.mark.parametrize("name", ["agents", "truth"])
@pytest.mark.parametrize("why", ARRAYS)
def test_arrays_are_those_of_the_plan_or_the_paper_is_refused(kept, name, why):
    signed(kept, name, ARRAYS[why])
    told = refused(kept)
    assert why.removesuffix("ed: ") in told


def test_truth_is_0_or_1_and_every_pair_is_of_a_rung(kept):
    before = kept[1]["truth.safetensors"].read_bytes()
    signed(kept, "truth", lambda a: {n: x + 0.5 for n, x in a.items()})
    assert "not 0 and 1" in refused(kept)
    signed(kept, "truth", lambda a: load(before))
    pair = {"rung": "folded", "wants": "blue", "aim": "green"}
    for odd in ({**pair, "rung": "x"}, {**pair, "truth": "x"}, {"rung": "folded"}, 3):
        said(kept, "truth", pairs=[pair, odd])
        refused(kept)
    said(kept, "truth", pairs=[pair, pair], seed=1)
    assert "other questions" in refused(kept)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "nothing"])
def test_whatever_stands_in_the_place_of_a_file_the_paper_is_refused(
    kept, tmp_path, kind
):
    for path in kept[1].values():
        data = path.read_bytes()
        path.unlink()
        if kind == "link":
            (tmp_path / path.name).write_bytes(data)
            path.symlink_to(tmp_path / path.name)
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        refused(kept)
        path.rmdir() if kind == "folder" else path.unlink(missing_ok=True)
        path.write_bytes(data)


@pytest.mark.parametrize("name", ["agents", "truth"])
def test_no_change_of_what_is_said_ends_in_anything_but_telics_error(kept, name):
    folder, files = kept
    path, rng, caught = files[f"{name}.json"], random.Random(name), 0
    about = json.loads(path.read_bytes())
    for _ in range(150):
        path.write_bytes(mutations.to_text(mutations.of_value(about, rng)))
        try:
            read(folder)
        except DamagedError:
            caught += 1
    assert caught > 75
