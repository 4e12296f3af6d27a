"""`telic diff BEFORE AFTER --world W`: what lies between two checkpoints."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import terminal
from telic.cli.import_ import through, world_named
from telic.core.errors import InputError

EXAMPLE = "telic diff BEFORE.zip AFTER.zip --world LunarLander-v3"


@dataclasses.dataclass(frozen=True)
class DiffOptions:
    """Say what changed between two checkpoints, what that does, and where it sits.

    BEFORE and AFTER are files, as for telic import, or agents of runs, RUN@PHASE: the
    agent at the end of a phase of a run, counted from 0.
    """

    agents: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """BEFORE and AFTER."""
    world: str = ""
    """The world in which they act; default: that of the run, if one is given."""
    frames: int = 1
    """The number of the last observations that agents of files see together."""
    same: str = ""
    """A third agent, trained from BEFORE as long for its old goal: drift alone."""
    pairs: tuple[str, ...] = ()
    """Further pairs, BEFORE AFTER BEFORE AFTER …: over six or more pairs, verdicts."""
    normaliser: tuple[str, ...] = ()
    """A vecnormalize.pkl, through which all agents see, or one of each: BEFORE, AFTER,
    further pairs, the third. Those of later agents are folded into their layers."""
    measure: str = ""
    """The behaviour to follow: an event, return_GOAL or length; default: the one that
    differs most."""
    episodes: int = 256
    """Episodes of each agent, on the same boards for all."""
    greedy: bool = False
    """Take the most probable action instead of sampling."""
    out: Path = Path("telic_diff")
    """The folder to write the page to."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Measure the difference, write its page, and say what was found."""
    given = terminal.parse_options(DiffOptions, argv, prog="telic diff")
    if len(given.agents) != 2 or len(given.pairs) % 2:
        count = len(given.agents) if len(given.agents) != 2 else len(given.pairs)
        raise InputError(
            f"{count} agents", why="a difference is of two: BEFORE AFTER", fix=EXAMPLE
        )
    root = terminal.root_folder(given.root)
    from telic.scale import engine

    engine.prepare()
    import jax

    from telic.policies import Agent
    from telic.policies.adapted import rebased
    from telic.render.files import files
    from telic.runs import disk
    from telic.studies import diff
    from telic.studies.diff import page, pictured

    settings = diff.Settings(
        episodes=given.episodes, measure=given.measure, greedy=given.greedy
    )
    texts = [*given.agents, *given.pairs, *([given.same] if given.same else [])]
    seen = through(given.normaliser, len(texts))
    agents = [
        agent_named(text, root, given, kept)
        for text, kept in zip(texts, seen, strict=True)
    ]
    one = agents[0].policy
    agents = [
        Agent(rebased(dict(each), each.policy, one, each.spec), one, each.spec)
        for each in agents
    ]
    world = _world(given, agents)
    same = agents.pop() if given.same else None
    found = []
    for number, (before, after) in enumerate(
        zip(agents[::2], agents[1::2], strict=True)
    ):
        pair = diff.Pair(before, after, same if number == 0 else None)
        key = jax.random.fold_in(jax.random.key(0), number)
        found.append(diff.difference(pair, world, settings, key=key))
    effects = diff.summarise(found)
    names = tuple(Path(text).name for text in given.agents)
    shown = page.page(
        effects,
        names=names,
        images=pictured.pictures(agents[0], agents[1], world),
        command=f"telic diff {' '.join(argv)}",
    )
    for name, text in files(shown).items():
        disk.write_file(given.out / name, text.encode())
    told = page.findings(effects)
    if given.json:
        terminal.say_json({"findings": list(told), "out": str(given.out)})
        return 0
    for line in told:
        terminal.say(terminal.clean(line, 1000) + "\n")
    terminal.say(f"in {given.out}")
    terminal.say(f"open:  {given.out / 'report.html'}")
    return 0


def agent_named(text: str, root: Path, given: Any, normaliser: str | None) -> Any:
    """The agent of a file, or of a run as RUN@PHASE.

    Raises:
        InputError: If there is none.
    """
    from telic.adapters.files import read_file
    from telic.runs import source

    if Path(text).is_file():
        if not given.world:
            raise InputError(
                f"in which world does {Path(text).name} act?",
                why="a file does not name it",
                fix=EXAMPLE,
            )
        found = read_file(text, normaliser=normaliser)
        return found.agent(world_named(given.world, frames=given.frames))
    name, at, phase = text.partition("@")
    run = source.load(name, root)
    if at and not phase.isdecimal():
        raise InputError(
            f"{text!r} names no phase", why="RUN@PHASE, and phases are numbered from 0"
        )
    return run.agent(int(phase) if at else len(run.schedule) - 1)


def _world(given: Any, agents: Sequence[Any]) -> Any:
    """The world in which all act."""
    if not given.world:
        return agents[0].world
    world = world_named(given.world, frames=given.frames)
    for agent in agents:
        agent.check_world(world)
    return world
