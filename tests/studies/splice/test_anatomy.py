"""What switches are like, in numbers; of too few of them a question is left out."""

import dataclasses

import numpy as np
import pytest

from telic.policies import Conv, Policy, Recurrent
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import join, rows_of
from telic.studies.splice import anatomy
from telic.studies.splice.anatomy import AUROC, COSINE, NORM, RANK
from tests.small import POLICY, agent

APART, SUCCESSIVE, AXIS = (COSINE, 2), (COSINE, 1), (AUROC, 0)


@pytest.fixture
def asked(pair):
    """The answers of two runs."""
    return lambda: join(
        [rows_of(anatomy.anatomy(RunSource(run)), run.seed()) for run in pair]
    )


@pytest.mark.parametrize(
    ("settled", "there", "left_out"),
    [
        (3, {APART, AXIS, SUCCESSIVE}, set()),
        (4, {AXIS, SUCCESSIVE}, {APART}),
        (5, {(NORM, "actor/0")}, {APART, AXIS}),
    ],
)
def test_what_cannot_be_asked_of_so_few_switches_is_left_out(
    asked, monkeypatch, settled, there, left_out
):
    monkeypatch.setattr(anatomy, "SETTLED", settled)
    rows = asked()
    found = set(rows.pairs("metric", "condition"))
    assert there <= found and not left_out & found
    for metric, condition in found:
        values = rows.where(metric=metric, condition=condition, null="").pivot("seed")
        assert values.shape == (2,) and np.isfinite(values).all()


def test_of_no_switch_there_is_nothing_to_say(asked, monkeypatch):
    monkeypatch.setattr(anatomy, "SETTLED", 6)
    assert len(asked()) == 0


def test_the_shares_of_all_layers_are_the_whole_for_vectors_and_for_weights(asked):
    rows = asked().where(metric=NORM)
    assert len(rows.names("condition")) == 4
    for null in ("", "chance"):
        shares = rows.where(null=null).pivot("seed", "condition")
        assert shares.sum(axis=1) == pytest.approx([1.0, 1.0])


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
def test_networks_with_kernels_of_many_axes_have_an_anatomy(tmp_path, policy, kernel):
    source = Source(Run(tmp_path), policy)
    rows = rows_of(anatomy.anatomy(source), seed=0)
    actor = agent(0, policy).actor
    kernels = {path for path, leaf in actor.items() if leaf.ndim > 1}
    assert set(rows.where(metric=RANK).names("condition")) == kernels
    (rank,) = rows.where(metric=RANK, condition=kernel).values
    assert 1 < rank <= actor[kernel].shape[-1]
    layers = {path.rpartition("/")[0] for path in actor}
    for null in ("", "chance"):
        norms = rows.where(metric=NORM, null=null)
        assert set(norms.names("condition")) == layers
        assert norms.values.sum() == pytest.approx(1.0)
