"""What a run offers to locators: late switches, or what a second objective makes."""

import dataclasses
import functools
import inspect
from typing import ClassVar

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.rollouts import rates
from telic.runs import folder
from telic.runs.carry import carry_run
from telic.runs.source import RunSource
from telic.studies import Alternation, Landing, Locate
from telic.studies.base import preset
from telic.studies.late import Switch
from telic.studies.locate import pairs as pairs_
from telic.studies.locate.pairs import check_offer, kin_of, offers, second_of
from telic.training import ExperimentConfig, PPOConfig
from telic.trials import reaching
from telic.trials.faithfulness import GraftEvaluator
from telic.worlds import (
    WORLDS,
    Goal,
    Keys,
    Lander,
    Objective,
    Phase,
    fetch,
    landing_objective,
)
from tests.small import SHALLOW, SIZES
from tests.studies import examined


@dataclasses.dataclass(frozen=True)
class Paid(Keys):
    """Keys whose goals have no event of success: only returns tell them apart."""

    goals: ClassVar = {
        name: Goal(Objective(name, {f"pick_{name}": 1.0, "wall": -0.25}))
        for name in ("blue", "purple")
    }


class Apart:
    """A bench of two agents that were never played, and differ."""

    gap = 1.0


def test_agents_that_do_not_differ_in_what_they_do_are_left_out(pair):
    source = RunSource(pair[0])
    assert list(offers(source, switches=1, episodes=8, least=2.0)) == []


def test_the_agent_of_the_same_goal_is_the_last_before_that_was_trained_for_it(pair):
    source = RunSource(pair[0])
    for phase in (4, 5):
        late = Switch(phase, source.schedule[phase], source.schedule[phase - 1])
        kin = kin_of(source, late, 0)
        assert kin is not None and digest(kin) == digest(source.agent(phase - 2))
    assert kin_of(source, Switch(1, "purple", "blue"), 0) is None


def test_in_a_run_of_one_goal_it_is_the_recipient_after_more_training_on_it(
    monkeypatch,
):
    asked = []

    class Base:
        """A run of one objective that is not on disk."""

        plan, schedule = preset(Landing, "small").plan(), ("land",)

        def state(self, phase):
            return ("state", phase)

    class Grown:
        agents: ClassVar = {3: "grown"}

    def branch(base, plan, objective, *, at):
        asked.append((base, objective, at))
        return Grown

    monkeypatch.setattr(pairs_, "branch", branch)
    steps = 3 * Base.plan.rollout.batch
    assert inspect.unwrap(kin_of)(Base(), Switch(0, "land", "thrift"), steps) == "grown"
    assert asked == [(("state", 0), "land", [3])]


def test_the_donor_is_the_agent_before_the_switch_and_other_switches_hold_neither(
    pair, monkeypatch
):
    # Nobody plays: what locators are shown does not depend on it.
    monkeypatch.setattr(pairs_, "graft_evaluator", lambda *_, **__: Apart)
    source = RunSource(pair[0])
    phases = {digest(source.agent(k).actor): k for k in range(len(source.schedule))}
    shown = {
        offer.switch[1:]: [
            (phases[digest(mine)], phases[digest(theirs)])
            for mine, theirs in offer.evidence.switches
        ]
        for offer in offers(source, switches=2, episodes=8, least=0.5)
    }
    assert source.schedule == ("blue", "purple") * 3
    # Recipient and donor come first; after them, nothing of their own two phases.
    assert shown == {
        ("blue", "purple"): [(4, 3), (0, 1), (2, 1)],
        ("purple", "blue"): [(5, 4), (1, 0), (1, 2), (3, 2)],
    }


def test_a_run_that_offers_no_goal_is_refused(tmp_path):
    run = examined.begun(tmp_path, "layer-1")
    with pytest.raises(InputError, match="offers no goal to be found"):
        next(offers(RunSource(run), switches=1, episodes=8))
    with pytest.raises(InputError, match="offers no goal to be found"):
        Locate().check(run)


def test_goals_without_success_are_told_by_their_returns(tmp_path, monkeypatch):
    monkeypatch.setitem(WORLDS, "paid", Paid)
    world, fast = Paid(limit=20), PPOConfig(learning_rate=1e-2)
    study = Alternation(
        world=world, policy=SHALLOW, rollout=SIZES, ppo=fast, period=1, phases=4
    )
    run = folder.create_run(tmp_path, "paid", 0, study.plan())
    carry_run(run)
    (offer,) = offers(RunSource(run), switches=1, episodes=8, least=0.0)
    on = offer.evaluator
    assert offer.switch == (3, "purple", "blue") and not on.measure.rate
    for agent, found in (
        (on.recipient, on.recipient_rates),
        (on.donor, on.donor_rates),
    ):
        told = rates(
            pairs_.play(agent, world, on.seeds), world, study.plan().objectives
        )
        assert on.measure.behaviour(found) == pytest.approx(told["return_blue"])
    # Without a limit of one's own, a twentieth of the larger return is enough.
    for share, offered in ((0.04, 0), (0.06, 1)):
        mine = {**on.recipient_rates, "pick_blue": 1.0, "wall": 0.0}
        made = on._replace(
            recipient_rates=mine, donor_rates={**mine, "pick_blue": 1.0 - share}
        )
        monkeypatch.setattr(pairs_, "graft_evaluator", functools.partial(as_made, made))
        assert len(list(offers(RunSource(run), switches=1, episodes=8))) == offered


def as_made(made: GraftEvaluator, *_, **__) -> GraftEvaluator:
    """A bench that was made before."""
    return made


def of_one(**more) -> ExperimentConfig:
    """A plan of one objective that knows others."""
    return ExperimentConfig(
        world=Keys(limit=9),
        policy=SHALLOW,
        ppo=PPOConfig(),
        rollout=SIZES,
        objectives=tuple(map(fetch, ("blue", "green", "purple"))),
        schedule=(Phase("blue", 1),),
        **more,
    )


def test_the_second_objective_is_the_last_goal_that_a_plan_knows_and_does_not_train():
    assert second_of(of_one()) == "purple"
    assert second_of(preset(Landing, "full").plan()) == "thrift-5"
    only = dataclasses.replace(of_one(), objectives=(fetch("blue"),))
    assert second_of(only) == ""
    steps = SIZES.batch
    check_offer(of_one(), 1, "", steps)
    with pytest.raises(InputError, match="did you mean 'green'"):
        check_offer(of_one(), 1, "gren", steps)
    with pytest.raises(InputError, match="a rollout of these runs has"):
        check_offer(of_one(), 1, "", steps + 1)


def test_a_run_of_one_objective_offers_what_a_second_makes_of_it(tmp_path, monkeypatch):
    run = folder.create_run(tmp_path, "one", 0, of_one())
    carry_run(run)
    source = RunSource(run)
    how = {"switches": 1, "episodes": 8, "steps": SIZES.batch, "least": -1.0}
    assert (
        list(offers(source, **how)) == []
    )  # it fetches no key in nine of ten episodes
    monkeypatch.setattr(pairs_, "is_able", lambda *_: True)
    monkeypatch.setattr(GraftEvaluator, "gap", 1.0)
    (offer,) = offers(source, **how)
    assert offer.switch == (0, "blue", "purple")
    assert digest(offer.evidence.recipient) == digest(source.agent(0).actor)
    donors = [digest(donor) for _, donor in offer.evidence.switches]
    assert len(donors) == len(set(donors)) == 1 + pairs_.REPEATS
    assert digest(source.agent(0).actor) not in donors
    assert np.isfinite(offer.evaluator.donor_rates["pick_purple"])


def test_fuel_tells_a_thrifty_lander_and_crashes_are_its_failures():
    found = reaching(Lander(), landing_objective("thrift-5"), old="land")
    assert found.failures == ("crash",) and not found.rate
    assert found.behaviour({"main": 10.0, "side": 20.0}) == -(0.3 * 10 + 0.03 * 20)
