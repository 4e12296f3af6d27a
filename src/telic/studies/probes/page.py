"""The page of the probes study: one table of what is read and what moves."""

from telic.render.cells import NONE, cell, p_value
from telic.render.page import Page, PageTable, Section
from telic.studies.differences import Difference
from telic.studies.probes.summary import (
    AIM,
    STATES,
    TOLD,
    ProbesEffects,
    SiteEffects,
)

QUESTION = (
    "One network is told which of several goals to reach. Does what it computes show "
    "which one it was told, and does it change its goal if it is pushed along what "
    "shows it?"
)

HEADER = (
    "site",
    "told goal, from activations",
    "… shuffled labels",
    "states alone, one goal told",
    "told goal − states alone",
    "p",
    "reaches the other goal: steered along the probe",
    "p",
    "… along the difference of means",
    "p",
    "… along a random direction",
)

TERMS = (
    (
        "Told goal",
        "The network reads its goal at one layer. It acts on the same boards under one "
        "goal and under another, and a linear probe says under which; half of the "
        "boards, with all of their episodes, are held out. By chance 0.5. At the "
        "layer that the goal enters it is added to the activations: that it can be "
        "read there is nearly given.",
    ),
    (
        "States alone",
        "Who wants another key walks elsewhere. The same probe at the same site tells "
        "the same states apart while the network is told the first goal in all of "
        "them. What is above it is due to the goal that was told, and not to where "
        "the network stands.",
    ),
    (
        "Observation",
        "The same probe on what the network sees, without the goal that it is told.",
    ),
    (
        "Shuffled labels",
        "The same probe, with the goals shuffled over episodes.",
    ),
    (
        "Steered",
        "A direction is added to the activations at the site, in every step of a "
        "network that is told the first goal; counted are the episodes that end with "
        "the second. The probe’s own direction, the difference of means and the random "
        "one are equally long, and each has the best of three doses.",
    ),
)


def page(found: ProbesEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    sections = (
        Section("What is read, and what moves", tables=(_table(found),)),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"One network, told its goal: {len(found.sites)} sites"
    return Page(
        f"{title}, {len(found.seeds)} seeds", QUESTION, findings(found), sections
    )


def findings(found: ProbesEffects) -> tuple[str, ...]:
    """The findings in sentences: the agents, then site by site."""
    agents = {name: cell(each) for name, each in found.agents.items()}
    return (
        f"Told a goal, the network reaches another in {agents[TOLD]} of episodes; told "
        f"that one, in {agents[AIM]}.",
        f"From the observation alone the told goal is guessed in "
        f"{cell(found.observation['accuracy'])}.",
        *(_sentence(site, each) for site, each in found.sites.items()),
    )


def _sentence(site: str, found: SiteEffects) -> str:
    """One site: whether the goal shows beyond the states, and what moves."""
    told = {name: cell(each) for name, each in found.measured.items()}
    more = "above" if found.beyond.more else "not shown to be above"
    moved = [
        f"along {words} {told[way]} ({_beats(each)} a random direction)"
        for way, words, each in (
            ("steer", "the probe", found.steer),
            ("means", "the difference of means", found.means),
        )
    ]
    return (
        f"{site}: the told goal in {told['accuracy']}, {more} that of the states "
        f"alone, {told[STATES]}; steered {' and '.join(moved)}, at random "
        f"{told['null']}."
    )


def _beats(found: Difference) -> str:
    """Whether a direction moves more than its null."""
    return "more than" if found.more else "not shown to be more than"


def _table(found: ProbesEffects) -> PageTable:
    """The table of sites (rows): accuracies, and rates after steering (columns)."""
    seen = found.observation
    rows = [
        (
            "observation, without the goal",
            cell(seen["accuracy"]),
            cell(seen["shuffled"]),
            *(NONE,) * (len(HEADER) - 3),
        )
    ]
    rows += [
        (
            site,
            cell(each.measured["accuracy"]),
            cell(each.measured["shuffled"]),
            cell(each.measured[STATES]),
            cell(each.beyond.measured),
            p_value(each.beyond.p),
            cell(each.measured["steer"]),
            p_value(each.steer.p),
            cell(each.measured["means"]),
            p_value(each.means.p),
            cell(each.measured["null"]),
        )
        for site, each in found.sites.items()
    ]
    rows += [
        (name, *(NONE,) * 5, cell(found.agents[which]), *(NONE,) * 4)
        for name, which in (("no edit", TOLD), ("told the other goal", AIM))
    ]
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval; a seed’s number is "
        f"the mean over its {found.pairs} pairs of goals. Accuracies on boards held "
        "out, then shares of episodes that reach the goal that was not told. p: of the "
        "difference from the states alone, or from the random direction, by flipping "
        "signs, Holm over sites (and both directions)."
    )
    return PageTable(caption, HEADER, tuple(rows))
