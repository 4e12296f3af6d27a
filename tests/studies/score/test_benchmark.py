"""A benchmark set is made once, keeps truth and agents apart, and gives the pairs."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import DamagedError, InputError
from telic.locators import LOCATORS, Locus
from telic.locators.sites import scores_of
from telic.planted import RUNGS
from telic.runs import artifact
from telic.runs.folder import Run
from telic.studies.planting.scoring import truth_of
from telic.studies.planting.study import base_of
from telic.studies.score import benchmark, benchmark_set, grading
from telic.studies.score.benchmark import Benchmark
from telic.studies.score.leaderboard import board_row, leaderboard
from tests.studies.examined import EXAM, begun, done

RUNGS_OF_LAYER_0 = [
    "folded",
    "rescaled",
    "trained on",
    "no goal",
    "routed",
    "dead decoys",
    "inactive decoys",
    "branches",
    "no goal, branches",
    "trained decoys",
    "no goal, one run",
]


def asked(run: Run):
    """Question and solution of every pair of a run."""
    path = benchmark.folder_of(run, EXAM)
    return list(
        zip(benchmark_set.questions(path), benchmark_set.solutions(path), strict=True)
    )


def at(run: Run, rung: str):
    """Those of one rung: the evidence, and the solution."""
    found = next(pair for pair in asked(run) if pair[1].rung == rung)
    return found[0].evidence(), found[1]


def test_a_set_has_the_first_pair_of_every_rung(examined):
    zero, one = examined
    assert [planted.rung for _, planted in asked(zero)] == RUNGS_OF_LAYER_0
    assert [planted.rung for _, planted in asked(one)] == ["layer 1"]


def test_what_is_read_is_what_was_made(examined):
    run = examined[0]
    from telic.planted import ladder

    base = base_of(run, rollouts=EXAM.rollouts, routing=EXAM.routing, apart=EXAM.apart)
    first = next(ladder(jax.random.key(1000), base))
    question, planted = asked(run)[0]
    for kept, made in zip(question.pairs[0], first.pairs[0], strict=True):
        assert all(np.array_equal(kept[path], made[path]) for path in made)
    assert all(np.array_equal(planted.truth[p], first.truth[p]) for p in first.truth)
    assert (planted.wants, planted.aim) == (first.wants, first.aim)
    (given, _), *_ = question.pairs
    assert (given.policy, given.world) == (base.recipe.policy, base.recipe.world)


def test_a_rescaled_pair_keeps_its_other_switches(examined):
    assert [len(question.pairs) for question, _ in asked(examined[0])][1] == 2


def test_nothing_that_a_candidate_is_given_tells_of_the_truth(examined):
    path = benchmark.folder_of(examined[0], EXAM)
    asked_of = artifact.read(path / "agents.safetensors", "questions").payload
    assert {name for question in asked_of["questions"] for name in question} == {
        *("pairs", "key")
    }
    held = (path / "agents.safetensors").read_bytes()
    assert [path.name for path in path.iterdir()] == ["agents.safetensors"]
    assert b"truth" not in held and b"decoys" not in held
    assert all(question.evidence().truth is None for question, _ in asked(examined[0]))


def test_what_is_done_is_not_done_again(examined):
    before = {p: p.stat().st_mtime_ns for p in examined[0].path.rglob("*")}
    assert done(examined[0]) == []
    assert before == {p: p.stat().st_mtime_ns for p in examined[0].path.rglob("*")}


def test_other_settings_have_a_set_of_their_own(examined):
    one = {benchmark.folder_of(examined[0], Benchmark(each=each)) for each in (1, 2)}
    assert len(one) == 2


def test_a_job_that_is_stopped_leaves_nothing(tmp_path):
    run = begun(tmp_path, "layer-1")
    done(run, stopped=True)
    assert not list(run.path.glob("exam-*")) and not (run.path / "studies").exists()


def test_our_records_have_marks_and_the_oracle_is_right(examined):
    records = benchmark.ours(examined[0], EXAM)
    assert all(r["oracle"]["weights"] == 1 for r in records if "oracle" in r)
    assert ["oracle" in r for r in records] == [
        not r.startswith("no goal") for r in RUNGS_OF_LAYER_0
    ]
    assert all("fault" not in r["magnitude"] for r in records)


@pytest.mark.parametrize("name", ["agents", "truth"])
def test_an_altered_set_is_refused(examined, tmp_path, name):
    run = begun(tmp_path, "layer-1")
    done(run)
    folder = benchmark.folder_of(run, EXAM)
    place = {"agents": folder, "truth": benchmark_set.solutions_of(folder)}[name]
    path = place / f"{name}.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DamagedError, match="not what was written"):
        asked(run)


def test_runs_are_the_first_complete_ones_of_each_experiment(examined, tmp_path):
    root = examined[0].path.parent.parent
    assert benchmark.runs_of(root, 3) == examined
    with pytest.raises(InputError, match="telic study calibrate"):
        benchmark.runs_of(tmp_path, 3)
    with pytest.raises(InputError, match="seeds = 0"):
        benchmark.runs_of(root, 0)


BAD = {
    "are not finite": lambda leaf: np.full(leaf.shape, np.nan),
    "all scores are the same": lambda leaf: np.ones(leaf.shape),
    "scores of shape": lambda leaf: np.arange(3.0),
}


@pytest.mark.parametrize("what", BAD)
def test_a_locus_that_is_none_is_a_fault(examined, what):
    found, planted = at(examined[0], "folded")
    scores = {path: BAD[what](leaf) for path, leaf in found.recipient.items()}
    kept = grading.graded_record(Locus("weights", scores), found, planted, 1.0)
    assert what in kept["fault"] and "weights" not in kept


def test_factors_that_do_not_fit_are_a_fault(examined):
    found, planted = at(examined[0], "folded")
    factors = {"actor/0": (np.eye(3), np.eye(3))}
    odd = Locus("directions", {"actor/0": np.ones(2)}, factors)
    assert "fault" in grading.graded_record(odd, found, planted, 1.0)
    assert "fault" in grading.graded_record(Locus("layers", {}), found, planted, 1.0)


@pytest.mark.parametrize("rung", ["folded", "no goal"])
def test_scores_without_size_or_beyond_all_sums_are_faults(examined, rung):
    found, planted = at(examined[0], rung)
    for leaf_of in (lambda leaf: np.zeros(0), lambda leaf: 1e308 * np.ones(leaf.shape)):
        scores = {path: leaf_of(leaf) for path, leaf in found.recipient.items()}
        scores["actor/0/bias"] = scores["actor/0/bias"] / 2
        assert "fault" in grading.graded_record(
            Locus("weights", scores), found, planted, 1.0
        )


def test_where_there_is_no_goal_level_scores_are_right(examined):
    found, planted = at(examined[0], "no goal")
    level = scores_of({path: 0 * leaf for path, leaf in found.recipient.items()})
    kept = grading.graded_record(Locus("weights", level), found, planted, 1.0)
    assert "fault" not in kept and kept["strength"] == 0


def test_marks_are_those_of_the_study(examined):
    found, planted = at(examined[0], "folded")
    locus = LOCATORS["oracle"](
        dataclasses.replace(found, truth=truth_of(planted, found)), jax.random.key(0)
    )
    assert grading.graded(locus, found, planted)["units"] == 1


def test_a_row_is_a_mean_over_pairs_then_rungs_then_seeds():
    one = [("folded", 1.0), ("folded", 0.5), ("routed", 0.25)]
    records = {
        seed: [{"rung": r, "weights": w, "seconds": 1.0} for r, w in one]
        for seed in range(4)
    }
    found = board_row("mine", records)
    assert found["mean"] == {"estimate": 0.5, "low": 0.5, "high": 0.5, "n": 4}
    assert found["rungs"]["folded"]["estimate"] == 0.75
    assert found["rungs"]["layer 1"] is found["decoys"] is None
    assert set(found["rungs"]) == set(RUNGS)


def test_a_candidate_stands_first_or_at_the_end_without_a_rank():
    def record(value: float) -> dict:
        return {"rung": "folded", "weights": value, "seconds": 1.0}

    ours = [(0, [{"best": record(0.9), "worst": record(0.1)}])]
    rows = leaderboard("mine", [record(0.5)], ours)
    assert [(r["locator"], r["rank"]) for r in rows] == [
        ("mine", 2),
        ("best", 1),
        ("worst", 3),
    ]
    last = leaderboard("mine", [], ours, "crashed: OSError")[-1]
    assert (last["locator"], last["rank"], last["mean"]) == ("mine", None, None)
