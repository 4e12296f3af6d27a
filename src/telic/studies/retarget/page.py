"""The page of the retarget study: edits to a goal that was never the target."""

from collections.abc import Callable, Hashable, Mapping

from telic.render.bars import bars
from telic.render.page import Drawing, Page, PageTable, Section
from telic.render.trial_table import nulls_table, trial_table
from telic.studies.retarget.case import (
    ALL,
    CONTRAST,
    GOAL,
    IMITATED,
    LATER,
    LOW_RANK,
    ONE,
    RANK,
    REFIT,
    RELABEL,
    STEER,
    TRACKS,
    TRANSPORT,
)
from telic.studies.retarget.summary import CHOSEN, RetargetEffects
from telic.studies.splice.page import sentence
from telic.trials import Condition, Effect, Effects

QUESTION = "Can an agent be made to want a goal that was never its target?"
REACHED = "episodes that end with the new goal (share)"
COLUMNS = {
    "old": "old goal",
    "fatal": "died",
    "timeout": "timed out",
    "length": "steps",
}
TERMS = (
    (
        "New goal",
        "One that no objective of the runs wanted. It was to be had in some of their "
        "episodes, unless its input rows have the norm 0: then it was never seen.",
    ),
    ("input", "The input rows of two goals exchanged: the ceiling, not a finding."),
    (
        "weights",
        "The goal vector of earlier switches, carried to the new goal by exchanging "
        "rows; or the contrast of two goals’ rows.",
    ),
    (
        "activations",
        "No weight is changed. Transport: a linear map at a site, fitted by regression "
        "to what the agent would compute with two goals exchanged.",
    ),
    ("beyond-input", "Weights are changed, but not those of the first layer."),
    ("not carried", "The same vector before it was carried: a null of the carrying."),
    (
        "Null",
        "A change as long in the same weights. Four are noise; the others are "
        "differences that training made and no switch of goals did (the splice study "
        "describes them), carried to the new goal where the vector is.",
    ),
    ("beside, without", "Whether the old target is to be had beside the new goal."),
)

CAPTIONS = {
    RELABEL: "relabel",
    GOAL: "{:g} × goal vector, carried",
    CONTRAST: "{:g} × contrast of rows",
    TRANSPORT: "transport at {}",
    LOW_RANK: f"transport at {{}}, rank {RANK}",
    STEER: "steer at {}",
    LATER: "{:g} × goal vector, layers 1 on",
}
"""The caption template of the conditions of each group."""

NAMED = {
    Condition(REFIT, ONE): "refit layer 1",
    Condition(REFIT, ALL): "refit layers 1 on",
    Condition(REFIT, IMITATED): "refit, then imitate",
    Condition(GOAL, CHOSEN): (
        "goal vector, carried; strength chosen on the other seeds"
    ),
    Condition(CONTRAST, CHOSEN): (
        "contrast of rows; strength chosen on the other seeds"
    ),
}
"""The captions of conditions that have no template."""


def page(found: RetargetEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    name = retarget_caption(found.sites)
    sections = [
        Section(
            f"{found.new} {board} the old target",
            drawings=tuple(_draw(board, each, track, name) for track in TRACKS),
            tables=(_table(board, each, name),),
        )
        for board, each in found.boards.items()
    ]
    nulls = tuple(
        nulls_table(each, caption=f"{board}: every null.", name=name)
        for board, each in found.boards.items()
    )
    sections += [
        Section("What can be seen", _told(found), tables=(_norms(found),)),
        Section("Every null of every edit", tables=nulls, folded=True),
        Section("What was run", code=command, folded=True),
        Section("Words", terms=TERMS, folded=True),
    ]
    title = f"Retargeting to {found.new}: {len(found.seeds)} seeds"
    return Page(title, QUESTION, findings(found), tuple(sections))


def retarget_caption(sites: Mapping[str, str]) -> Callable[[Hashable], str]:
    """A function from a condition to its caption, given the names of the sites.

    Example:
        >>> retarget_caption({})(Condition(GOAL, 1.5))
        '1.5 × goal vector, carried'
        >>> retarget_caption({"linear": "actor/0/pre"})(Condition(STEER, "linear"))
        'steer at actor/0/pre'
    """

    def name(condition: Hashable) -> str:
        if not isinstance(condition, Condition):
            return str(condition)
        group, value = condition
        shown = sites.get(value, value) if isinstance(value, str) else value
        return NAMED.get(condition) or CAPTIONS.get(group, "{}").format(shown)

    return name


def findings(found: RetargetEffects) -> tuple[str, ...]:
    """The carried goal vector, then the best edit of each track; first boards."""
    name, first = retarget_caption(found.sites), next(iter(found.boards.values()))
    told = []
    if Condition(GOAL, CHOSEN) in first:
        carried = first[Condition(GOAL, CHOSEN)]
        told.append(sentence(carried, name(carried.condition)))
    for track in TRACKS:
        some = _on(first, track)
        best, count = _best(some)
        chosen = f", the best of {count} edits as these seeds show it" * (count > 1)
        told.append(f"{track}{chosen}: {sentence(best, name(best.condition))}")
    return tuple(told)


def _best(some: Effects) -> tuple[Effect, int]:
    """The edit with the highest rate, of how many; of vectors, at `CHOSEN`."""
    chosen = [e for e in some.edits if _condition(e).value == CHOSEN] or some.edits
    best = max(chosen, key=lambda each: each.verdict.rate.estimate)
    return best, len(chosen)


def _on(effects: Effects, track: str) -> Effects:
    """The effects on one track."""
    conditions = map(_condition, effects.edits)
    return effects.select([c for c in conditions if c.group in TRACKS[track]])


def _condition(effect: Effect) -> Condition:
    """The condition of an effect of this study."""
    assert isinstance(effect.condition, Condition)
    return effect.condition


def _told(found: RetargetEffects) -> tuple[str, ...]:
    """Sentences on the new goal's reward in training and on edits left out."""
    paid = ", ".join(f"{worth:g} under {name}" for name, worth in found.worth.items())
    words = f"Reaching the new goal paid {paid}, in training."
    return (*((words,) if paid else ()), *_left_out(found))


def _left_out(found: RetargetEffects) -> tuple[str, ...]:
    """A sentence on edits that could not be tried, and why; none if all were."""
    tried = {_condition(e).group for each in found.boards.values() for e in each.edits}
    if STEER in tried:
        return ()
    return (
        "No agent is steered: nothing that was seen showed the new goal without the "
        "old one.",
    )


def _norms(found: RetargetEffects) -> PageTable:
    """The table of the norms of each goal's input rows; 0: it cannot be seen."""
    rows = tuple((goal, str(norm)) for goal, norm in found.norms.items())
    words = "Norm of each goal’s rows in the actor’s first layer, after training."
    return PageTable(words, ("goal", "norm"), rows)


def _draw(
    board: str, effects: Effects, track: str, name: Callable[[Hashable], str]
) -> Drawing:
    """The drawing of one track."""
    return Drawing(
        bars(_on(effects, track), label=REACHED, caption=name),
        f"{track}: {REACHED}; open squares: the strongest null.",
        f"{board}-{track}",
    )


def _table(board: str, effects: Effects, name: Callable[[Hashable], str]) -> PageTable:
    """The table of one kind of boards."""
    return trial_table(
        effects,
        columns=COLUMNS,
        caption=f"Episodes {board} the old target: share that end with the new goal.",
        name=name,
    )
