"""A run answers an expression with the agents of its checkpoints, or says why not."""

import dataclasses
import shutil

import numpy as np
import pytest

from telic import vectors
from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.edits.expression import AgentSource, evaluate
from telic.policies import INPUT, MLP
from telic.runs import checkpoint, folder
from telic.runs.carry import carry_run
from telic.runs.source import RunSource, load
from telic.training import ExperimentConfig
from telic.worlds import WORLDS, Keys, Objective, Phase
from tests.runs.small import PLAN, make
from tests.training.worlds import Gift


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Blue, purple, blue: two rollouts each."""
    found = make(tmp_path_factory.mktemp("source"))
    carry_run(found)
    return found


@pytest.fixture
def copied(run, tmp_path):
    """The same run in a place where it may be damaged."""
    path = tmp_path / "small" / run.path.name
    shutil.copytree(run.path, path)
    return folder.Run(path)


def read(run, rollouts):
    """The agent after some rollouts, read without any source."""
    path = run.path / "checkpoints" / f"u{rollouts:05d}"
    return checkpoint.read_agent(checkpoint.Checkpoint(path))


def same(a, b):
    """Whether two trees are equal bit for bit."""
    return trees.digest(a) == trees.digest(b)


def test_a_run_is_a_source(run):
    source = RunSource(run)
    assert isinstance(source, AgentSource)
    assert source.schedule == ("blue", "purple", "blue")


def test_a_stored_agent_is_loaded_by_the_name_of_its_run(run, monkeypatch):
    root = run.path.parent.parent
    for source in (load(run.name, root), load(str(run.path)), load(run.path)):
        assert same(source.agent(1), read(run, 4))
    monkeypatch.setenv("TELIC_ROOT", str(root))
    assert load("small").run == run
    with pytest.raises(InputError, match=r"there is no run 'smal'"):
        load("smal")


def test_an_experiment_of_several_seeds_is_not_one_run(run, tmp_path):
    for seed in (0, 1):
        folder.create_run(tmp_path, "small", seed, PLAN)
    with pytest.raises(InputError, match=r"load\('small/seed-0000'\)"):
        load("small", tmp_path)


@pytest.mark.parametrize(
    ("text", "rollouts"),
    [("start", 0), ("blue@0", 2), ("purple", 4), ("purple@1", 4), ("blue", 6)],
)
def test_a_name_is_the_checkpoint_at_the_end_of_its_phase(run, text, rollouts):
    kind, tree = evaluate(text, RunSource(run))
    assert kind == "agent"
    assert same(tree, read(run, rollouts))
    assert not same(tree, read(run, (rollouts + 2) % 8))


def test_phases_of_different_lengths_end_where_they_end(tmp_path):
    phases = (Phase("blue", 1), Phase("purple", 2))
    run = make(tmp_path, plan=dataclasses.replace(PLAN, schedule=phases))
    carry_run(run)
    source = RunSource(run)
    assert same(source.agent(0), read(run, 1))
    assert same(source.agent(1), read(run, 3))


def test_an_expression_is_what_numpy_makes_of_the_checkpoints(run):
    zero, one, two = (read(run, rollouts) for rollouts in (2, 4, 6))
    _, tree = evaluate("purple + 1.5 * mean(blue - purple)", RunSource(run))
    for path in tree:
        a, b, c = (np.asarray(agent[path]) for agent in (zero, one, two))
        expected = b + 1.5 * ((a - b) + (c - b)) / 2
        assert np.allclose(tree[path], expected, atol=1e-6)
        assert not np.allclose(tree[path], b, atol=1e-6)


def test_a_vector_is_carried_over_by_the_channels_of_the_world(run):
    source = RunSource(run)
    _, tree = evaluate("carry(blue - purple, blue, yellow)", source)
    vector = vectors.task_vector(read(run, 4), read(run, 6))
    uses, channels = source.agent(0).units[INPUT], PLAN.world.channels
    other = vectors.swap_inputs(vector, uses, channels("blue"), channels("yellow"))
    assert same(tree, other)
    assert not same(tree, vector)


def test_a_phase_that_is_not_yet_trained_is_named_under_its_caret(tmp_path):
    run = make(tmp_path)
    carry_run(run, stop=lambda: True)  # one rollout of the first phase
    source = RunSource(run)
    assert same(source.start(), read(run, 0))
    with pytest.raises(InputError) as caught:
        evaluate("start - purple", source)
    what, shown, caret = caught.value.what.splitlines()
    assert what == "small/seed-0000 has no checkpoint at the end of phase 1"
    assert (shown, caret) == ("    start - purple", "            ^")
    assert "for 1 of 6 rollouts" in caught.value.why
    carry_run(run)
    assert same(source.agent(1), read(run, 4))


def test_a_missing_start_and_phases_out_of_range_are_refused(copied):
    shutil.rmtree(copied.path / "checkpoints" / "u00000")
    source = RunSource(copied)
    with pytest.raises(InputError, match="no checkpoint before its first phase"):
        source.start()
    for phase in (-1, 3):
        with pytest.raises(InputError, match=f"no phase {phase}"):
            source.agent(phase)


def test_a_damaged_checkpoint_is_never_an_agent(copied):
    path = copied.path / "checkpoints" / "u00004" / "agent.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    source = RunSource(copied)
    assert same(source.agent(0), read(copied, 2))
    with pytest.raises(DamagedError, match="u00004"):
        evaluate("blue - purple", source)


def test_an_agent_is_read_once_and_nothing_can_be_done_to_it(copied):
    source, first = RunSource(copied), read(copied, 2)
    for agent in (source.agent(0), evaluate("blue@0", source).tree):
        with pytest.raises(TypeError, match="item assignment"):
            agent["actor/0/bias"] = first["actor/1/bias"] + 1
    shutil.rmtree(copied.path / "checkpoints")
    assert same(source.agent(0), first)
    with pytest.raises(InputError, match="phase 1"):
        source.agent(1)


def test_a_colour_that_the_world_has_not_is_answered_with_the_nearest(run):
    with pytest.raises(InputError) as caught:
        evaluate("carry(blue - purple, blue, yelow)", RunSource(run))
    assert caught.value.at == 27
    assert "did you mean 'yellow'?" in str(caught.value)


@pytest.mark.parametrize(
    ("world", "says"),
    [(Keys(encoding_name="integer"), "in the encoding 'integer'"), (Gift(), "Gift")],
)
def test_a_world_without_colours_in_its_inputs_says_so(
    tmp_path, monkeypatch, world, says
):
    monkeypatch.setitem(WORLDS, "gift", Gift)
    plan = ExperimentConfig(
        world=world,
        policy=MLP(width=4),
        ppo=PLAN.ppo,
        rollout=PLAN.rollout,
        objectives=(Objective("any", {world.events[0]: 1.0}),),
        schedule=(Phase("any", 1),),
    )
    with pytest.raises(InputError, match=says):
        RunSource(make(tmp_path, plan=plan)).inputs("blue")
