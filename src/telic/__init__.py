"""telic: find, move and test the goals inside small reinforcement-learning agents.

These are the public names. They are imported on first use, so that `telic --help` does
not wait for JAX; everything else is imported from its package.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telic.adapters import Layout as Layout
    from telic.adapters import from_sb3 as from_sb3
    from telic.adapters import from_torch as from_torch
    from telic.adapters import load as load
    from telic.core.errors import TelicError as TelicError
    from telic.edits import EDITS as EDITS
    from telic.edits import Ablate as Ablate
    from telic.edits import Add as Add
    from telic.edits import Chain as Chain
    from telic.edits import Graft as Graft
    from telic.edits import Interpolate as Interpolate
    from telic.edits import LowRank as LowRank
    from telic.edits import Patch as Patch
    from telic.edits import Relabel as Relabel
    from telic.edits import Splice as Splice
    from telic.edits import Steer as Steer
    from telic.edits import Transport as Transport
    from telic.edits import edit_summary as edit_summary
    from telic.locators import LOCATORS as LOCATORS
    from telic.locators import ContrastPair as ContrastPair
    from telic.locators import Locus as Locus
    from telic.locators import contrast_pair as contrast_pair
    from telic.locators import locate as locate
    from telic.policies import MLP as MLP
    from telic.policies import POLICIES as POLICIES
    from telic.policies import Agent as Agent
    from telic.policies import Conv as Conv
    from telic.policies import Recurrent as Recurrent
    from telic.policies import capture as capture
    from telic.rollouts import BlackBox as BlackBox
    from telic.rollouts import episode_seeds as episode_seeds
    from telic.rollouts import play as play
    from telic.rollouts import rates as rates
    from telic.runs.folder import Run as Run
    from telic.runs.folder import find as find
    from telic.runs.query import query_runs as query_runs
    from telic.runs.source import RunSource as RunSource
    from telic.stats import Interval as Interval
    from telic.stats import bootstrap as bootstrap
    from telic.stats import iqm as iqm
    from telic.stats import wilson as wilson
    from telic.studies import Alternation as Alternation
    from telic.training import ExperimentConfig as ExperimentConfig
    from telic.training import PPOConfig as PPOConfig
    from telic.training import RolloutConfig as RolloutConfig
    from telic.training.result import TrainResult as TrainResult
    from telic.training.result import train as train
    from telic.trials import Measure as Measure
    from telic.trials import faithfulness as faithfulness
    from telic.trials import graft_evaluator as graft_evaluator
    from telic.trials import tabulate as tabulate
    from telic.trials import trial as trial
    from telic.trials import verdict as verdict
    from telic.vectors import difference_of_means as difference_of_means
    from telic.vectors import swap_inputs as swap_inputs
    from telic.vectors import task_vector as task_vector
    from telic.wants import revealed as revealed
    from telic.worlds import WORLDS as WORLDS
    from telic.worlds import Goal as Goal
    from telic.worlds import GymnaxWorld as GymnaxWorld
    from telic.worlds import GymWorld as GymWorld
    from telic.worlds import Keys as Keys
    from telic.worlds import Lander as Lander
    from telic.worlds import Objective as Objective
    from telic.worlds import Phase as Phase
    from telic.worlds import World as World
    from telic.worlds import alternate as alternate
    from telic.worlds import fetch as fetch
    from telic.worlds import landing_objective as landing_objective

_HOMES = {
    "WORLDS": "worlds",
    "World": "worlds",
    "Keys": "worlds",
    "Lander": "worlds",
    "GymWorld": "worlds",
    "GymnaxWorld": "worlds",
    "Goal": "worlds",
    "Objective": "worlds",
    "fetch": "worlds",
    "landing_objective": "worlds",
    "Phase": "worlds",
    "alternate": "worlds",
    "POLICIES": "policies",
    "MLP": "policies",
    "Conv": "policies",
    "Recurrent": "policies",
    "Agent": "policies",
    "capture": "policies",
    "PPOConfig": "training",
    "RolloutConfig": "training",
    "ExperimentConfig": "training",
    "train": "training.result",
    "TrainResult": "training.result",
    "revealed": "wants",
    "BlackBox": "rollouts",
    "episode_seeds": "rollouts",
    "play": "rollouts",
    "rates": "rollouts",
    "task_vector": "vectors",
    "swap_inputs": "vectors",
    "difference_of_means": "vectors",
    "contrast_pair": "locators",
    "ContrastPair": "locators",
    "locate": "locators",
    "LOCATORS": "locators",
    "Locus": "locators",
    "EDITS": "edits",
    "Add": "edits",
    "Splice": "edits",
    "Interpolate": "edits",
    "Graft": "edits",
    "LowRank": "edits",
    "Steer": "edits",
    "Patch": "edits",
    "Ablate": "edits",
    "Transport": "edits",
    "Relabel": "edits",
    "Chain": "edits",
    "edit_summary": "edits",
    "trial": "trials",
    "tabulate": "trials",
    "verdict": "trials",
    "faithfulness": "trials",
    "graft_evaluator": "trials",
    "Measure": "trials",
    "Run": "runs.folder",
    "find": "runs.folder",
    "query_runs": "runs.query",
    "RunSource": "runs.source",
    "load": "adapters",
    "from_sb3": "adapters",
    "from_torch": "adapters",
    "Layout": "adapters",
    "Alternation": "studies",
    "Interval": "stats",
    "iqm": "stats",
    "wilson": "stats",
    "bootstrap": "stats",
    "TelicError": "core.errors",
}

__all__ = list(_HOMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    """A public name, loaded from its room."""
    if name not in _HOMES:
        raise AttributeError(f"module 'telic' has no attribute {name!r}")
    return getattr(importlib.import_module(f"telic.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names, for TAB completion; no room is loaded to list them."""
    return sorted({*globals(), *_HOMES})
