"""The goal's signal-to-noise ratio: how much of a vector would come again.

From one base the second phase is run again and again with fresh data, and so is the
same amount of training under the old objective. What the vectors of the repeats share
is signal; what differs between them is noise, and subtracting one vector subtracts its
noise as well. By the length of the phase: when is there a goal in the vector at all?

For R repeats with vectors v_1 … v_R, their mean m and the variance s² of each weight,

    signal² = |m|² - Σ s² / R   (unbiased: the mean keeps an R-th of the noise)
    noise²  = Σ s²              (of one vector)
    SNR     = signal² / noise²
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import jax
import numpy as np

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.edits import Add
from telic.policies import Agent
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats import t_quantile
from telic.studies import answers
from telic.studies.branches import Branch, branch, rollouts_of
from telic.studies.flights import more
from telic.studies.isolation import check_world, gate, passed
from telic.studies.progress import Stretch
from telic.studies.updates import PLAIN, SPECIFIC
from telic.training import Plan, Sizes
from telic.trials import trial
from telic.vectors import isolate, matched, mean
from telic.vectors.measure import cosines, stacked
from telic.worlds import landing_objective

STUDY = "snr"
DRIFT = "continuation"
"""What training on under the old objective changes."""

ONE, MEAN = "one vector", "mean of all repeats"


@dataclasses.dataclass(frozen=True)
class Snr:
    """How much of a second phase's vector is signal? For `landing` runs."""

    second: str = "thrift-5"
    """The objective of the second phase."""
    rollout: int = 5_120
    """Steps of one rollout of the second phase; lengths are multiples of it."""
    lengths: tuple[int, ...] = (
        5_120,
        10_240,
        20_480,
        40_960,
        81_920,
        163_840,
        327_680,
        399_360,
    )
    """Lengths of the second phase, in steps."""
    repeats: int = 8
    """How often it is run from one base, each time with fresh data."""
    episodes: int = 128
    """Episodes of each agent, the same boards for all."""
    gate: bool = True
    """Whether an agent must pass the gate."""

    def __post_init__(self) -> None:
        """Check every field."""
        landing_objective(self.second)
        if self.repeats < 2 or self.episodes < 1:
            raise InputError(
                f"repeats = {self.repeats}, episodes = {self.episodes}",
                why="at least two repeats and one episode are needed",
            )

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Snr":
        """`full`, or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(rollout=256, lengths=(256,), repeats=2, episodes=4, gate=False)
        return cls()


def of_repeats(vectors: Sequence[Tree]) -> dict[str, float]:
    """Signal, noise and their ratio, of vectors that are repeats of one another.

    Returns:
        `signal` and `noise` (energies, the signal's may come out below zero by
        chance), `snr`, `cosine` (mean over pairs) and `certain`: the share of weights
        whose mean is further from 0 than Student's t at 95 %, in standard errors; by
        chance it is 0.05.

    Example:
        >>> import jax.numpy as jnp
        >>> two = [{"a": jnp.array([2.0, 1.0])}, {"a": jnp.array([2.0, -1.0])}]
        >>> found = of_repeats(two)
        >>> found["signal"], found["noise"], found["snr"]
        (3.0, 2.0, 1.5)
    """
    rows = stacked(vectors).astype(np.float64)
    count = len(rows)
    middle, variance = rows.mean(axis=0), rows.var(axis=0, ddof=1)
    signal, noise = (middle**2).sum() - variance.sum() / count, variance.sum()
    errors = np.sqrt(variance / count)
    far = np.abs(middle) > t_quantile(0.95, count - 1) * errors
    pairs = cosines(vectors)[np.triu_indices(count, 1)]
    return {
        "signal": float(signal),
        "noise": float(noise),
        "snr": float(signal / noise) if noise else np.inf,
        "cosine": float(pairs.mean()),
        "certain": float(far.mean()),
    }


def _find(
    run: Run,
    settings: Snr,
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> dict[str, Any] | None:
    """The answer on one run."""
    source = RunSource(run)
    plan = _resized(check_world(source.plan, settings.second), settings)
    base = source.state(len(source.schedule) - 1)
    found = {"gate": gate(base.agent, plan)}
    if settings.gate and not passed(found["gate"]):
        return found
    at = [rollouts_of(steps, plan) for steps in settings.lengths]
    grown: dict[str, list[Branch]] = {"second": [], "first": []}
    wanted = {"second": settings.second, "first": plan.schedule[-1].objective}
    for repeat in range(1, settings.repeats + 1):
        for number, (name, objective) in enumerate(wanted.items()):
            low = 0.7 * (2 * (repeat - 1) + number) / (2 * settings.repeats)
            text = f"repeat {repeat} of {settings.repeats}, rollout"
            on = Stretch(tell, low, low + 0.35 / settings.repeats, text)
            counted = on.counting(stop, max(at))
            one = branch(base, plan, objective, at=at, repeat=repeat, stop=counted)
            if one is None:
                return None
            grown[name].append(one)
    lengths = []
    for done, steps in enumerate(settings.lengths):
        if stop():
            return None
        vectors = _vectors(base.agent, grown, rollouts_of(steps, plan))
        ratios = {name: of_repeats(each) for name, each in vectors.items()}
        low = 0.7 + 0.3 * done / len(settings.lengths)
        watch = Stretch(
            tell, low, low + 0.3 / len(settings.lengths), f"{steps:,} steps, edit"
        )
        tried = _try(base.agent, vectors, plan, settings, watch)
        lengths.append({"steps": steps, "ratios": ratios, **tried})
    return {**found, "lengths": lengths}


job = functools.partial(answers.once, study=STUDY, kind=Snr, find=_find)
"""Answer the study for one run, unless it is answered already."""


def check_run(run: Run, settings: Snr) -> None:
    """Raise unless the study can be done on a run; nothing is computed.

    Raises:
        InputError: If it is of no lander, or a length is no whole number of rollouts.
    """
    plan = _resized(check_world(run.plan(), settings.second), settings)
    for steps in settings.lengths:
        rollouts_of(steps, plan)


def _resized(plan: Plan, settings: Snr) -> Plan:
    """The plan with short rollouts, whose minibatches are as large as before.

    Raises:
        InputError: If a rollout is not a whole number of minibatches or of steps.
    """
    sizes, small = plan.sizes, plan.sizes.batch // plan.sizes.num_minibatches
    if settings.rollout % small or settings.rollout % sizes.num_envs:
        raise InputError(
            f"rollout = {settings.rollout}",
            why=f"it must be a multiple of {small}, the steps of a minibatch, and of "
            f"{sizes.num_envs}, the copies of the world",
        )
    short = Sizes(
        num_envs=sizes.num_envs,
        num_steps=settings.rollout // sizes.num_envs,
        update_epochs=sizes.update_epochs,
        num_minibatches=settings.rollout // small,
    )
    return dataclasses.replace(plan, sizes=short)


def _vectors(
    base: Agent, grown: Mapping[str, Sequence[Branch]], at: int
) -> dict[str, list[Tree]]:
    """The actor's vectors of all repeats, at one length."""
    second, first = ([one.agents[at] for one in grown[n]] for n in ("second", "first"))
    pairs = zip(first, second, strict=True)
    return {
        PLAIN: [isolate(base.actor, agent.actor) for agent in second],
        SPECIFIC: [isolate(same.actor, agent.actor) for same, agent in pairs],
        DRIFT: [isolate(base.actor, agent.actor) for agent in first],
    }


def _try(
    base: Agent,
    vectors: Mapping[str, Sequence[Tree]],
    plan: Plan,
    settings: Snr,
    watch: Stretch,
) -> dict[str, Any]:
    """What subtracting one vector does, and subtracting the mean of all repeats."""
    edits, nulls = {}, {}
    for name in (PLAIN, SPECIFIC):
        for kind, vector in ((ONE, vectors[name][0]), (MEAN, mean(vectors[name]))):
            edit = f"- {name}, {kind}"
            edits[edit] = Add(vector, strength=-1.0)
            drift = vectors[DRIFT][0] if kind == ONE else mean(vectors[DRIFT])
            nulls[edit] = {DRIFT: Add(matched(drift, vector), strength=-1.0)}
    results = trial(
        base,
        edits,
        episode_seeds(plan.world, settings.episodes, key=jax.random.key(7)),
        key=jax.random.key(8),
        world=plan.world,
        objectives=plan.objectives,
        extra=nulls,
        also=more,
        watch=watch,
    )
    return {"results": answers.plain(results)}
