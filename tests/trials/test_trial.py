"""A trial: all arms on the same episodes, every edit beside its nulls, all recorded."""

import dataclasses
import sys

import jax
import jax.numpy as jnp
import pytest

from telic.core import trees
from telic.core.errors import InputError
from telic.edits import Ablate, Add, Edit, Noise, Splice, Steer, edit_summary
from telic.rollouts import episode_seeds, play, rates
from telic.trials import tabulate, trial, verdict
from telic.trials.trial import DONOR as CEILING
from telic.trials.trial import UNEDITED
from telic.vectors import NULLS
from telic.worlds import fetch
from tests.small import AGENT, DONOR
from tests.small import KEYS as WORLD

GIVEN = episode_seeds(WORLD, 12, key=jax.random.key(5))
VECTOR = trees.add(DONOR, trees.scale(AGENT, -1.0))
EDITS = {"all of it": Add(VECTOR), "two layers": Splice(DONOR, ("actor/0", "actor/1"))}
EXTRA = {"two layers": {"another seed": Noise(1.0, seed=9)}}
GOALS = (fetch("blue"), fetch("purple"))


@dataclasses.dataclass(frozen=True)
class Bare(Edit):
    """An edit that has no null."""

    def apply(self, agent):
        return dict(agent)

    def touches(self, agent):
        return ()

    def nulls(self, key, agent):
        return {}

    def scaled(self, factor):
        return self


def tried(edits=EDITS, key=0, given=GIVEN, **options):
    """A trial of the small agent."""
    return trial(AGENT, edits, given, key=jax.random.key(key), world=WORLD, **options)


def measured(agent):
    """What an agent does in the episodes of the trial."""
    return rates(play(agent, WORLD, GIVEN), WORLD, GOALS)


@pytest.fixture(scope="module")
def results():
    """A trial with everything in it."""
    return tried(objectives=GOALS, donor=DONOR, extra=EXTRA)


def test_the_unedited_agent_and_the_donor_come_first_then_each_edit_and_its_nulls(
    results,
):
    assert [(r.edit, r.null) for r in results] == [
        (UNEDITED, ""),
        (CEILING, ""),
        ("all of it", ""),
        *(("all of it", null) for null in NULLS),
        ("two layers", ""),
        *(("two layers", null) for null in NULLS),
        ("two layers", "another seed"),
    ]


def test_every_row_holds_what_its_agent_does_in_the_episodes(results):
    by_row = {(r.edit, r.null): r for r in results}
    for row, agent in {
        (UNEDITED, ""): AGENT,
        (CEILING, ""): DONOR,
        ("two layers", ""): EDITS["two layers"](AGENT),
        ("two layers", "another seed"): EXTRA["two layers"]["another seed"](AGENT),
    }.items():
        assert by_row[row].rates == measured(agent), row
    assert "return_blue" in results[0].rates


def test_adding_the_whole_difference_does_what_the_donor_does(results):
    rows = {(r.edit, r.null): r.rates for r in results}
    assert rows["all of it", ""] == pytest.approx(rows[CEILING, ""], abs=1e-6)
    assert rows[UNEDITED, ""] != rows[CEILING, ""]


def test_every_row_says_how_large_the_change_was(results):
    by_row = {(r.edit, r.null): r for r in results}
    plain = by_row[UNEDITED, ""]
    assert (plain.parameters, plain.norm, plain.changed) == (0, 0.0, False)
    for name, edit in EDITS.items():
        done = edit_summary(AGENT, edit(AGENT))
        row = by_row[name, ""]
        assert (row.parameters, row.norm) == (done.parameters, done.norm)
        assert row.changed
        for null in NULLS:
            assert by_row[name, null].norm == pytest.approx(done.norm, rel=1e-5)
    assert by_row["two layers", "another seed"].norm == pytest.approx(1, rel=1e-5)
    steered = tried({"steer": Steer("actor/0/post", jnp.full(8, 2.0))})[1]
    assert (steered.edit, steered.parameters) == ("steer", 8)
    assert steered.norm == pytest.approx(32**0.5)


def test_two_trials_are_equal_and_the_key_decides_the_nulls_alone(results):
    options = {"objectives": GOALS, "donor": DONOR, "extra": EXTRA}
    assert tried(**options) == results
    other = tried(key=1, **options)
    assert [r[:2] for r in other] == [r[:2] for r in results]
    same = [a == b for a, b in zip(results, other, strict=True)]
    drawn = [null in NULLS for _, null, *_ in results]
    assert same == [not d for d in drawn]


def test_every_edit_asks_for_its_nulls_with_a_key_of_its_own():
    asked = []

    @dataclasses.dataclass(frozen=True)
    class Asking(Bare):
        def nulls(self, key, agent):
            asked.append((tuple(jax.random.key_data(key).tolist()), agent))
            return {"nothing": Bare()}

    tried({"one": Asking(), "two": Asking()})
    tried({"one": Asking(), "two": Asking()}, key=1)
    assert len({key for key, _ in asked}) == len(asked) == 4
    assert all(agent is AGENT for _, agent in asked)


def test_a_null_of_several_draws_has_the_means_over_them_and_an_edit_one_value(results):
    options = {"objectives": GOALS, "donor": DONOR, "extra": EXTRA}
    two, three = (tried(draws={"all of it": n}, **options) for n in (2, 3))
    for one, both, all_three in zip(results, two, three, strict=True):
        if one.null not in NULLS or one.edit != "all of it":
            assert one == both == all_three
            continue
        # The draws of fewer are among those of more, so this is what the second gave.
        second = {k: 2 * both.rates[k] - v for k, v in one.rates.items()}
        third = {k: 3 * all_three.rates[k] - 2 * v for k, v in both.rates.items()}
        counts = [12 * each["pick_blue"] for each in (one.rates, second, third)]
        assert counts == pytest.approx([round(each) for each in counts], abs=1e-4)
        assert all_three.norm == pytest.approx(one.norm, rel=1e-5)
    drawn = [each for each in zip(results, two, strict=True) if each[0].null in NULLS]
    assert any(one.rates != both.rates for one, both in drawn)
    with pytest.raises(InputError, match="'all of it': 0"):
        tried(draws={"all of it": 0})


def test_without_a_donor_there_is_no_row_of_it_and_without_edits_only_the_agents():
    alone = tried({})
    assert [(r.edit, r.null) for r in alone] == [(UNEDITED, "")]
    assert alone[0].rates == {
        name: value
        for name, value in measured(AGENT).items()
        if not name.startswith("return_")
    }


def test_the_agents_of_a_trial_are_left_alone():
    before = trees.digest(AGENT), trees.digest(DONOR)
    tried({"some": Splice(DONOR, ("actor/0",))}, donor=DONOR)
    assert (trees.digest(AGENT), trees.digest(DONOR)) == before


@pytest.mark.parametrize("name", [UNEDITED, CEILING])
def test_reserved_names_are_refused_before_anything_is_played(name, monkeypatch):
    room = sys.modules["telic.trials.trial"]  # the function of that name hides it
    monkeypatch.setattr(room, "play", lambda *_, **__: pytest.fail("it was played"))
    with pytest.raises(InputError, match=f"named {name!r}"):
        tried({"add": Add(VECTOR), name: Add(VECTOR)})


def test_an_edit_without_a_null_is_refused_unless_it_is_given_one():
    with pytest.raises(InputError, match="'bare' has no null"):
        tried({"bare": Bare()})
    whole = Ablate("actor/0/post", jnp.ones(8), jnp.zeros(8))
    with pytest.raises(InputError, match="'ablate' has no null"):
        tried({"ablate": whole})
    rows = tried({"bare": Bare()}, extra={"bare": {"noise": Noise(1.0)}})
    assert [(r.edit, r.null) for r in rows[1:]] == [("bare", ""), ("bare", "noise")]


@pytest.mark.parametrize(
    "edit",
    [
        Add({"actor/9/bias": jnp.ones(8)}),
        Steer("actor/logits", jnp.ones(8)),
        Splice({}, ("actor/0",)),
    ],
    ids=["add", "steer", "splice"],
)
def test_an_edit_that_does_not_fit_is_refused(edit):
    with pytest.raises(InputError):
        tried({"edit": edit})


def test_a_planted_goal_is_far_above_its_nulls():
    # Who always walks forward soon meets a wall. A null that draws its seven numbers
    # anew pushes forward too in one seed of seven: so no verdict is asked for.
    forward = {"forward": Steer("actor/logits", 30 * jnp.eye(7)[2] - 3.0)}
    results = {
        seed: [
            tried(
                forward,
                key=seed,
                given=episode_seeds(WORLD, 12, key=jax.random.key(seed)),
            )
        ]
        for seed in range(8)
    }
    table = tabulate(results)
    found = verdict(table, "forward", "wall")
    assert found.strongest.difference.estimate > 0.3
    assert {a.null for a in found.against} == {"gaussian", "signs", "shuffled"}
    assert found.rate.estimate > 0.7


def test_measures_of_an_agent_itself_are_taken_of_every_edited_agent():
    found = tried(
        {"all of it": Add(VECTOR)},
        donor=DONOR,
        of_agent=lambda agent: {"first": float(agent["actor/0/bias"][0])},
    )
    firsts = {(r.edit, r.null): r.rates["first"] for r in found}
    mine, theirs = (float(each["actor/0/bias"][0]) for each in (AGENT, DONOR))
    assert firsts[UNEDITED, ""] == mine and firsts[CEILING, ""] == theirs
    assert firsts["all of it", ""] == pytest.approx(theirs, abs=1e-6)
    assert firsts["all of it", "gaussian"] not in (mine, theirs)
