"""The words of the page of planted goals: measures, rungs, errors."""

from telic.render.faithful import TERMS as CURVES

TERMS = (
    (
        "Average precision",
        "The mean, over weights (or units) that hold the goal, of the share of those "
        "that hold it among all ranked as high; ties count as one step. By chance the "
        "share of weights that hold the goal. Precision at the true size: the share "
        "that holds it of as many at the top as hold it.",
    ),
    (
        "AUROC",
        "How often a weight (or unit) that holds the goal is ranked above one that "
        "does not: 1 always, 0.5 by chance. A weight through which nothing flows, as "
        "into a unit that never fires, holds no goal, and neither does one that is the "
        "same in both agents. Where few of many hold it, whatever finds the right leaf "
        "is near 1: read it beside the precision.",
    ),
    ("folded", "The wish is in the first layer’s bias, and nothing else differs."),
    ("rescaled", "… and every unit of either agent has a scale of its own."),
    ("layer 1, layer 2", "… or the wish is in the bias of a later layer."),
    (
        "trained on",
        "… and both agents trained on for their colours. The truth is where the goal "
        "was put; training may have added to it.",
    ),
    (
        "routed",
        "Chosen units of the first layer learned the goal, all other weights the rest.",
    ),
    (
        "branches",
        "Two branches of one agent that prefers no goal, trained as long on one goal "
        "each. What serves the goal may change drawn weights alone, 5 % in all layers, "
        "others for every pair; before that, all weights of both were trained on the "
        "mean of the goals, each on episodes of its own.",
    ),
    (
        "Decoys",
        "The share of decoys among as many weights at the top as hold the goal; by "
        "chance, that of *random*. Dead: units that differ and never fire. Inactive: "
        "units that hold the same difference and are read by nobody. How many and how "
        "large they are was set by hand. Trained: in the donor of a pair of branches "
        "as many drawn weights learned a second reward at the same time, so neither "
        "learned to do without the other: what each brings alone is said of the "
        "agents.",
    ),
    (
        "False alarms",
        "No goal: two agents trained on for the same colour have none between them; no "
        "goal, branches: nor have two branches that learned the same one. How often a "
        "method is as sure there (mean score of its 16 highest weights) as on 95 of "
        "100 pairs that have a goal and were made alike: those of *trained on* and of "
        "*branches*, from the other seeds. No goal, one run: one agent before and "
        "after its last training for all of its goals, folded for the same one, beside "
        "*branches*; its agents are nearer to each other for reasons that are no goal, "
        "so that few alarms there say little. Scores without a unit cannot tell.",
    ),
    (
        "Oracle",
        "It is told the truth, and ranks what is true by how much it differs.",
    ),
    *CURVES,
    (
        "Units",
        "A method of weights is read as one of units by the mean over what flows into "
        "each, a method of units as one of weights by giving each weight its unit’s "
        "score. In branches nearly every unit holds some true weights: chance, that "
        "of *random*, is high there.",
    ),
)
