"""What switches are like, in numbers; of too few of them a question is left out."""

import dataclasses

import numpy as np
import pytest

from telic.policies import Conv, Policy, Recurrent
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.studies import anatomy
from tests.small import POLICY, agent

APART = "cosine of switches two apart"
AXIS = "AUROC of the objectives on the first axis"


@pytest.mark.parametrize(
    ("settled", "asked", "left_out"),
    [
        (3, {APART, AXIS, "cosine of successive switches"}, set()),
        (4, {AXIS, "cosine of successive switches"}, {APART}),
        (5, {"squared norm in actor/0"}, {APART, AXIS}),
    ],
)
def test_what_cannot_be_asked_of_so_few_switches_is_left_out(
    pair, monkeypatch, settled, asked, left_out
):
    monkeypatch.setattr(anatomy, "SETTLED", settled)
    found = anatomy.anatomy(pair)
    assert asked <= set(found) and not left_out & set(found)
    for answer in found.values():
        assert answer.values.shape == answer.chance.shape == (2,)
        assert np.isfinite(answer.values).all()


def test_of_no_switch_there_is_nothing_to_say(pair, monkeypatch):
    monkeypatch.setattr(anatomy, "SETTLED", 6)
    assert anatomy.anatomy(pair) == {}


def test_the_shares_of_all_layers_are_the_whole_for_vectors_and_for_weights(pair):
    found = anatomy.anatomy(pair)
    layers = [answer for name, answer in found.items() if "norm in actor" in name]
    assert len(layers) == 4
    assert sum(a.values for a in layers) == pytest.approx([1.0, 1.0])
    assert sum(a.chance for a in layers) == pytest.approx([1.0, 1.0])


@dataclasses.dataclass(frozen=True)
class Source(RunSource):
    """Eight checkpoints of a network, as the source of a run gives them."""

    policy: Policy = POLICY
    schedule = ("left", "right") * 4

    def agent(self, phase):
        return agent(phase, self.policy)


@pytest.mark.parametrize(
    ("policy", "kernel"),
    [
        (Conv(channels=(4, 3), width=6), "trunk/1/kernel"),
        (Recurrent(width=5, memory=4), "trunk/gru/hidden"),
    ],
    ids=["conv", "recurrent"],
)
def test_networks_with_kernels_of_many_axes_have_an_anatomy(
    monkeypatch, tmp_path, policy, kernel
):
    monkeypatch.setattr(anatomy, "RunSource", lambda run: Source(run, policy))
    found = anatomy.anatomy([Run(tmp_path)])
    actor = agent(0, policy).actor
    ranks = {name for name in found if name.startswith("effective rank of ")}
    kernels = {path for path, leaf in actor.items() if leaf.ndim > 1}
    assert ranks == {f"effective rank of {path}" for path in kernels}
    rank = float(found[f"effective rank of {kernel}"].values[0])
    assert 1 < rank <= actor[kernel].shape[-1]
    layers = {path.rpartition("/")[0] for path in actor}
    norms = [found[f"squared norm in {layer}"] for layer in layers]
    assert sum(a.values[0] for a in norms) == pytest.approx(1.0)
    assert sum(a.chance[0] for a in norms) == pytest.approx(1.0)
