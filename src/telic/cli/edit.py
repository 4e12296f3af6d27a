"""`telic edit RUN EXPRESSION`: edit an agent by an expression, try it beside nulls."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import names
from telic.cli.terminal import clean, parse_options, root_folder, say, say_json
from telic.core.errors import InputError
from telic.expressions.phases import check_expression
from telic.expressions.signatures import SIGNATURES
from telic.expressions.syntax import parse as parse_expression

MEAN = "mean(blue - purple)"
EXAMPLES = (
    f'telic edit demo "purple + 1.5 * {MEAN}"',
    'telic edit demo "purple@5 - (purple@5 - blue@4)"',
    'telic edit demo "purple + only(blue - purple, actor/0, actor/1)"',
    f'telic edit demo "purple + carry({MEAN}, blue, grey)" --board purple grey',
    f'telic edit demo/seed-0000 "purple + {MEAN}" --save blue.safetensors',
    "telic edit demo/seed-0000 --load blue.safetensors",
)
"""The examples in the help; a test runs each."""

GRAMMAR = """
expressions
  purple         the agent at the end of the last phase that trained purple
  purple@5       the one at the end of phase 5; phases are counted from 0
  start          the agent before all training
  blue - purple  a vector: the difference of two agents
  AGENT + VECTOR, AGENT - VECTOR are agents; VECTOR + VECTOR, VECTOR - VECTOR,
  1.5 * VECTOR, VECTOR / 2, -VECTOR are vectors; brackets as usual

functions
{functions}
  An agent or a vector in them is an expression too. In mean, names without a phase
  stand in turn for the agents of each two successive phases; without phases=A:B over
  all of them, with it over phases A to B - 1.
  Parts for only: actor, actor/0 (its first layer), actor/0/kernel, actor/0/bias, and
  so on; likewise critic.

examples
{examples}"""


@dataclasses.dataclass(frozen=True)
class EditOptions:
    """Edit agents by an expression, try them, and print their behaviour."""

    what: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """A run or an experiment (then every seed), and the expression in quotes."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""
    board: tuple[str, ...] = ()
    """Colours of the keys on every board; default: those of the run's own world."""
    save: Path | None = None
    """Keep the edit in this file, NAME.safetensors; of one run only."""
    load: Path | None = None
    """Try the edit in this file, in place of an expression."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object a row, with all measures."""


def run(argv: Sequence[str]) -> int:
    """Try the edit on every named run, and print its effect beside its nulls."""
    given = parse_options(EditOptions, argv, prog="telic edit", more=_grammar())
    root = root_folder(given.root)
    name, text = _words(given, root)
    names.check_runs(root, [name], "telic edit")
    save = given.save and _suffixed(given.save)
    if text:
        _check_expression(text, root, name)
    from telic.scale import engine

    engine.prepare()
    from telic.cli import outcome
    from telic.runs import folder
    from telic.studies.expression_edit import from_expression, from_file, try_edit

    runs = folder.resolve(root, [name])
    if len(runs) > 1 and (given.save or given.load):
        raise InputError(
            f"--{'save' if given.save else 'load'} with {len(runs)} runs",
            why="an edit is of one agent",
            fix=f"name one: {runs[0].name}",
        )
    edits = [
        from_file(run, given.load) if given.load else from_expression(run, text)
        for run in runs
    ]
    results = {
        run.seed(): try_edit(run, edit, episodes=given.episodes, goals=given.board)
        for run, edit in zip(runs, edits, strict=True)
    }
    if given.json:
        for row in outcome.objects(results):
            say_json(row)
    else:
        say(f"{clean(edits[0].text, 1000)}\n")
        outcome.show_outcome(runs[0].plan(), results, given.board, given.episodes)
    if save:
        _save(save, runs[0].name, edits[0], quiet=given.json)
    return 0


def _grammar() -> str:
    """The text below the help."""
    functions = [f"  {s.usage}\n      {s.about}" for s in SIGNATURES.values()]
    examples = [f"  {example}" for example in EXAMPLES]
    return GRAMMAR.format(functions="\n".join(functions), examples="\n".join(examples))


def _words(given: EditOptions, root: Path) -> tuple[str, str]:
    """The run and the expression (empty with `--load`), after a check of the numbers.

    Raises:
        InputError: If one is missing, both are swapped, or a number is not allowed.
    """
    if not 1 <= given.episodes <= 100_000:
        raise InputError(
            f"--episodes {given.episodes}",
            why="allowed: 1 to 100,000",
            fix="--episodes 512",
        )
    what = given.what
    if given.load:
        if len(what) != 1:
            raise InputError(
                "--load stands in place of an expression",
                why=f"{_counted(what)} given beside it; a run alone is needed",
                fix=f"telic edit demo/seed-0000 --load {given.load}",
            )
        return what[0], ""
    if len(what) != 2:
        raise InputError(
            "telic edit needs a run and an expression",
            why=f"{_counted(what)} given"
            + ("; an expression is one word in quotes" if len(what) > 2 else ""),
            fix=EXAMPLES[0],
        )
    if not names.is_folder(root, what[0]) and names.is_folder(root, what[1]):
        raise InputError(
            "the run comes first, then the expression",
            why=f"{what[1]!r} is a run, and {what[0]!r} is not",
            fix=f'telic edit {what[1]} "{what[0]}"',
        )
    return what[0], what[1]


def _counted(words: Sequence[str]) -> str:
    """The number of words, in words."""
    few = ("nothing was", "only one word was", "two words were")
    return few[len(words)] if len(words) < 3 else f"{len(words)} words were"


def _suffixed(path: Path) -> Path:
    """The file of `--save`, with a suffix that states its format.

    Raises:
        InputError: If it has another suffix.
    """
    if path.suffix in (".safetensors", ".edit"):
        return path
    if not path.suffix:
        return path.with_name(f"{path.name}.safetensors")
    raise InputError(
        f"--save {path}",
        why=f"the file is a safetensors file, and {path.suffix} says something else",
        fix=f"--save {path.with_suffix('.safetensors')}",
    )


def _check_expression(text: str, root: Path, name: str) -> None:
    """Raise if an expression is wrong for the runs of a name, without loading JAX."""
    parse_expression(text)
    schedule = names.schedule(root, name)
    if schedule:
        check_expression(text, schedule)


def _save(path: Path, run: str, made: Any, *, quiet: bool) -> None:
    """Save the edit of one run."""
    from telic.runs import edit_file

    edit_file.write(path, made.edit, made.agent)
    if not quiet:
        say(f"\nkept in {clean(path)}: {path.stat().st_size / 1024:.0f} KiB")
        say(f"again:  telic edit {clean(run)} --load {clean(path)}")
