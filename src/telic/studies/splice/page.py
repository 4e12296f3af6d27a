"""The page of the splice study: where the goal is, and which edits move it."""

from collections.abc import Hashable

from telic.render.bars import bars
from telic.render.curves import recovery
from telic.render.dose import dose
from telic.render.page import Drawing, Page, PageTable, Section
from telic.render.trial_table import nulls_table, trial_table
from telic.stats.rows import Identity
from telic.studies.splice import anatomy
from telic.studies.splice.arms import EDITED, NEW, NOISE, OLD, UNEDITED
from telic.studies.splice.edits import (
    ALIGNED,
    GRAFT,
    LAST,
    LAYERS,
    MEAN,
    ONE,
    OTHER,
    PATH,
    RANK,
)
from telic.studies.splice.summary import (
    REGAINED,
    Answer,
    Count,
    Direction,
    Recovery,
    SpliceEffects,
)
from telic.trials import Condition, Effect, Effects

QUESTION = (
    "An agent that was trained on two objectives in turn can do both. Where in it is "
    "the one that it wants now, and can the other be put in its place?"
)
FETCHED = "episodes that end with the donor’s goal (share)"
AXES = {
    GRAFT: "weights taken from the donor, those that differ most first (%)",
    RANK: "rank of the difference, in every layer",
    PATH: "share of the way to the donor",
    LAST: f"strength of the vector of the {LAST}",
    MEAN: f"strength of the {MEAN}",
    **{each: f"strength of the {each}" for each in (ONE, OTHER, ALIGNED)},
}
COLUMNS = {
    "old": "old goal",
    "fatal": "died",
    "timeout": "timed out",
    "length": "steps",
}
SCORES = (
    "Efficacy: how far from the unedited agent’s rate to the donor’s. Locality: one "
    "less half of what changed in all other ends of an episode. Retention: the share "
    "of episodes that neither die nor time out, over that of the unedited agent."
)
TERMS = (
    (
        "Donor",
        "The agent’s own parent, one phase before it: it wants the other goal. What "
        "takes weights of the donor, or goes its way, partly undoes the last phase.",
    ),
    (
        "Null",
        "An edit of the same size that should do nothing; the strongest is that "
        "which comes nearest to the edit. Four are noise (gaussian, gaussian per "
        "tensor, signs, shuffled); the others are differences that training made, "
        "brought to the edit’s norm in the leaves that it changes. *Same goal*: to an "
        "earlier agent that wants what this one does. *Labels flipped*: the mean of "
        "earlier switches, half of them turned round. *No switch*: the recipe of "
        "that mean, on agents of one goal, two phases apart, so that a switch there "
        "and back lies between them. *Continuation*: further training on the old "
        "objective. *Another seed*: its mean of earlier switches; of the edit that is "
        "that mean itself, this null is the edit.",
    ),
    (
        "Graft",
        "Some of the donor’s weights, one by one, in the place of the agent’s. Its "
        "null *random* takes as many others, whose change is shorter; *random scaled* "
        "brings that change to the edit’s norm, and *random energy* takes so many "
        "random weights that their change is as long.",
    ),
    (
        "Aligned mean of another seed",
        "Another run’s mean of earlier switches, with the units of that run’s agent "
        "put in the order that fits this agent’s weights best (git re-basin).",
    ),
    (
        "One earlier switch",
        "The last switch before both agents alone, brought to the norm of the mean.",
    ),
    (
        "Mean of earlier switches",
        "What leads from wanting the old goal to wanting the donor’s, averaged over "
        "switches before both agents: it has seen neither of them.",
    ),
    (
        "Seed",
        "One independent training run; n counts seeds, never episodes or switches.",
    ),
)


CAPTIONS = {
    LAYERS: "layers {}",
    GRAFT: "graft {:g} %",
    RANK: "rank {:g}",
    PATH: "{:g} of the way",
    LAST: f"{{:g}} × {LAST}",
    MEAN: f"{{:g}} × {MEAN}",
    **{each: f"{{:g}} × {each}" for each in (ONE, OTHER, ALIGNED)},
}
"""The caption template of the conditions of each group."""

CHOSEN = (
    Condition(LAYERS, "0"),
    Condition(LAYERS, "0+1"),
    Condition(GRAFT, 20.0),
    Condition(RANK, 4.0),
    Condition(MEAN, 1.5),
)
"""The edits that the page begins with, if they were tried; fixed on seeds 0 to 9."""

CURVES = {
    (UNEDITED, OLD): "unedited, old objective",
    (EDITED, OLD): "edited, old objective",
    (NOISE, OLD): "noise, old objective",
    (UNEDITED, NEW): "unedited, new objective",
}

ASKED: dict[tuple[str, Identity], str] = {
    (anatomy.COSINE, 1): "cosine of successive switches",
    (anatomy.COSINE, 2): "cosine of switches two apart",
    (anatomy.AUROC, 0): "AUROC of the objectives on the first axis",
    (anatomy.AUROC, 1): "AUROC of the objectives on the second axis",
    (anatomy.VARIANCE, 0): "variance along the first axis",
    (anatomy.VARIANCE, 1): "variance along the second axis",
}


def page(found: SpliceEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    groups = dict.fromkeys(_condition(e).group for e in found.together.edits)
    drawings = tuple(_draw(found.together, group) for group in groups)
    tables = (_table("all switches", found.together),)
    sections = [
        Section("Where it sits, and what moves it", _named(found), drawings=drawings),
        Section("Every edit beside its nulls", tables=tables),
        *(
            Section(f"Only {heading}", tables=(_table(heading, each),), folded=True)
            for heading, each in _headed(found.directions)
        ),
    ]
    if found.anatomy:
        tables = (_anatomy(found.anatomy),)
        sections.append(Section("What a switch changes", tables=tables))
    if found.recoveries:
        sections.append(_recovery(found.recoveries, found.steps))
    nulls = nulls_table(found.together, caption="Every null.", name=splice_caption)
    sections += [
        *([_scores(found.scores)] if found.scores else []),
        Section("Every null of every edit", tables=(nulls,), folded=True),
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    ]
    n = len(found.seeds)
    title = f"Where the goal sits: {len(groups)} kinds of edits, {n} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def splice_caption(condition: Hashable) -> str:
    """The caption of a condition.

    Example:
        >>> splice_caption(Condition(GRAFT, 20.0))
        'graft 20 %'
    """
    if not isinstance(condition, Condition):
        return str(condition)
    return CAPTIONS.get(condition.group, "{}").format(condition.value)


def findings(found: SpliceEffects) -> tuple[str, ...]:
    """The findings in sentences: the chosen edits of each kind with their nulls."""
    return tuple(
        sentence(found.together[each], splice_caption(each))
        for each in CHOSEN
        if each in found.together
    )


def sentence(effect: Effect, name: str) -> str:
    """One edit in a sentence, with its interval, its n and its strongest null."""
    return (
        f"{name}: {effect.verdict.rate} of episodes end with the aim; strongest null "
        f"({effect.null.null}) {effect.null.rate}; {effect.verdict.summary}."
    )


def direction(which: Direction) -> str:
    """A direction in words, `purple → blue`: the agent's goal and the edit's aim."""
    return " → ".join(which)


def _headed(directions: dict[Direction, Effects]) -> list[tuple[str, Effects]]:
    """The effects of each direction, with its heading."""
    return [(direction(which), each) for which, each in directions.items()]


def _named(found: SpliceEffects) -> tuple[str, ...]:
    """The names behind the numbers of layers, if they are not all of one network."""
    plain = len({name.rpartition("/")[0] for name in found.layers}) <= 1
    if plain:
        return ()
    names = ", ".join(f"{i} is {name}" for i, name in enumerate(found.layers))
    return (f"Layers: {names}.",)


def _condition(effect: Effect) -> Condition:
    """The condition of an effect of this study."""
    assert isinstance(effect.condition, Condition)
    return effect.condition


def _draw(effects: Effects, group: str) -> Drawing:
    """The drawing of one group: a curve, or rows for categories."""
    chosen = [each for each in map(_condition, effects.edits) if each.group == group]
    some, file = effects.select(chosen), group.replace(" ", "-")
    words = f"{group}: {FETCHED}; filled: the edit, open: the strongest of its nulls."
    if group == LAYERS:
        return Drawing(bars(some, label=FETCHED, caption=splice_caption), words, file)
    figure = dose(
        some,
        label=FETCHED,
        axis=AXES[group],
        curve=group,
        other=("old", "old goal"),
        log=group in (GRAFT, RANK),
    )
    return Drawing(figure, words, file)


def _table(heading: str, effects: Effects) -> PageTable:
    """The table of one direction, or of all."""
    return trial_table(
        effects,
        columns=COLUMNS,
        caption=f"{heading}. Share of episodes that end with the donor’s goal.",
        name=splice_caption,
    )


def _scores(effects: Effects) -> Section:
    """The section on efficacy, locality and retention."""
    columns = {"locality": "locality", "retention": "retention"}
    shown = trial_table(effects, columns=columns, caption=SCORES, name=splice_caption)
    return Section("Efficacy, locality, retention", tables=(shown,), folded=True)


def _anatomy(answers: tuple[Answer, ...]) -> PageTable:
    """The table of the anatomy of switches over seeds."""
    rows = tuple(
        (
            _asked(answer),
            str(answer.found),
            "–" if answer.chance is None else f"{answer.chance:.2f}",
        )
        for answer in answers
    )
    words = (
        "Task vectors of the actor at every switch from the fourth phase on: one "
        "number a seed, mean over seeds with 95 % interval. By chance: cosines of "
        "random vectors; a Gaussian’s largest entries; a layer’s share of the "
        "weights; the same checkpoints under shuffled labels."
    )
    return PageTable(words, ("of the actor", "found", "by chance"), rows)


def _asked(answer: Answer) -> str:
    """The caption of a question."""
    question, of = answer.question
    if question == anatomy.LARGEST:
        return f"squared norm in the largest {of:.0%} of weights"
    if question == anatomy.NORM:
        return f"squared norm in {of}"
    if question == anatomy.RANK:
        return f"effective rank of {of}"
    return ASKED[question, of]


def _recovery(recoveries: dict[Direction, Recovery], steps: int) -> Section:
    """The section about further training after the edit."""
    drawings = tuple(
        Drawing(
            recovery(
                {CURVES[arm]: curve for arm, curve in found.curves.items()},
                label="return",
                steps_per_rollout=steps,
            ),
            f"{direction(which)}: return under the objective that is being trained, in "
            "every rollout after the edit; the first is gathered before any update.",
        )
        for which, found in recoveries.items()
    )
    rows = tuple(
        (direction(which), _rollouts(found.regained), _rollouts(found.equivalent))
        for which, found in recoveries.items()
    )
    header = (
        "direction",
        f"back at {REGAINED:.0%} of the old return",
        "fine-tuning that equals the edit",
    )
    words = (
        f"Rollouts of {steps:,} steps, mean over seeds with 95 % interval; of seeds "
        "that never get there in a phase only the number is given. Left: trained on "
        "under the old objective after the edit. Right: the unedited agent trained on "
        "the new objective until its return is that which the edit gives at once."
    )
    table = PageTable(words, header, rows)
    return Section("Training on", drawings=drawings, tables=(table,))


def _rollouts(count: Count) -> str:
    """Counts over seeds as text."""
    text = str(count.interval) if count.interval else "none"
    return f"{text}; never: {count.never}" if count.never else text
