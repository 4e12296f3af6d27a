"""A world of one's own, from a file: `--world FILE.py:NAME`."""

import json

import pytest

from telic.cli.main import main
from telic.core.errors import InputError
from telic.policies import POLICIES
from telic.runs import own
from telic.runs.folder import Run
from telic.scale.local import Outcome
from telic.worlds import WORLDS
from tests.scale.here import in_this_process

MAZE = '''
import dataclasses
from telic import GymWorld
from telic.worlds import Goal, Objective

@dataclasses.dataclass(frozen=True)
class Pole(GymWorld):
    """A pole that is wanted on the left, or on the right."""

    id: str = "CartPole-v1"
    max_steps: int = 40
    events = ("left", "right", "fell")
    goals = {n: Goal(Objective(n, {n: 1.0}), n) for n in ("left", "right")}
    failures = ("fell",)

    def compute_events(self, block):
        left, fell = block.after[..., 0] < 0, block.terminated
        ends = fell | block.truncated
        return {"left": left & ends, "right": ~left & ends, "fell": fell}
'''

FEW = ["--preset", "small", "--phases", "4", "--workers", "1", "--name", "poles"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The file of a world, an empty cache of what was named, and no such world yet."""
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TELIC_ROOT", str(tmp_path / "runs"))
    path = tmp_path / "my_pole.py"
    path.write_text(MAZE)
    yield path
    WORLDS.pop("my_pole.py:Pole", None)


def forget(path):
    """What another process would know: nothing."""
    WORLDS.pop(f"{path.name}:Pole", None)


def test_an_own_world_is_trained_in_shown_and_edited(file, capsys):
    named = f"{file}:Pole"
    assert main(["world", named, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["goals"][0].startswith("left")
    assert main(["train", "alternation", "--world", named, *FEW]) == 0
    run = Run(file.parent / "runs" / "poles" / "seed-0000")
    assert run.status() == "complete" and run.plan().world.max_steps == 40
    assert main(["edit", "poles", "right + (left@2 - right@3)", "--episodes", "8"]) == 0
    assert "left" in capsys.readouterr().out
    assert main(["report", "poles"]) == 0
    made = {path.name for path in (file.parent / "runs/poles/report").iterdir()}
    drawn = {f"{name}.svg" for name in ("returns", "switches", "outcomes", "seed")}
    assert made == {"report.html", "report.md", "phases.csv", *drawn}


def test_fields_of_an_own_world_are_options(file, monkeypatch):
    monkeypatch.setattr("telic.cli.execute.carry_all", lambda *_, **__: Outcome())
    named = ["--world", f"{file}:Pole", "--max-steps", "30"]
    main(["train", "alternation", *named, *FEW])  # a run that nobody carries
    run = Run(file.parent / "runs" / "poles" / "seed-0000")
    assert run.plan().world.max_steps == 30


def test_a_strangers_run_does_not_import_a_file_that_was_never_named(file):
    with pytest.raises(InputError, match="is not telic's") as found:
        own.recall("my_pole.py:Pole")
    assert "telic world" in found.value.fix and "my_pole.py:Pole" not in WORLDS


def test_a_file_that_has_changed_is_refused_until_it_is_named_again(file):
    own.adopt(f"{file}:Pole")
    forget(file)
    file.write_text(MAZE + "\n# changed\n")
    with pytest.raises(InputError, match="has changed"):
        own.recall("my_pole.py:Pole")
    own.adopt(f"{file}:Pole")
    forget(file)
    own.recall("my_pole.py:Pole")
    assert "my_pole.py:Pole" in WORLDS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("my_pole.py", "a file and the name"),
        ("nowhere.py:Pole", "no file"),
        ("{folder}/my_pole.py:Pol", "has no 'Pol'"),
        ("{folder}/my_pole.py:Goal", "cannot be made"),
    ],
)
def test_what_is_no_world_is_refused_in_one_line(file, text, said):
    with pytest.raises(InputError, match=said):
        own.adopt(text.format(folder=file.parent))


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ("raise SystemExit(0)", 2, "my_pole.py cannot be imported"),
        ("def (", 2, "SyntaxError"),
        ("Pole.events = ('left', 'left')", 2, "Pole.events = ('left', 'left')"),
        ("Pole.goals = {'left': 'left'}", 2, "the goal 'left' of Pole is 'left'"),
        ("Pole.actions = ()", 2, "Pole.actions = ()"),
        ("def make(*_): 1 / 0\nPole.make = make", 2, "ZeroDivisionError"),
        ("Pole.happened = Pole.compute_events", 2, "its name is compute_events now"),
        ("Pole = Pole()", 2, "is of the type Pole"),
        ("Pole.vector_env = lambda *_: 1 / 0", 7, "failed while a copy was made"),
    ],
)
def test_a_world_that_is_broken_is_refused_in_one_line(file, more, code, said, capsys):
    file.write_text(f"{MAZE}\n{more}\n")
    assert main(["train", "alternation", "--world", f"{file}:Pole", *FEW]) == code
    told = capsys.readouterr().err
    assert said in told and "a bug" not in told and "Traceback" not in told
    assert not (file.parent / "runs" / "poles").exists()


FIELDS = """
@dataclasses.dataclass(frozen=True)
class Short(Pole):
    side: str = "left"
    {0}: int = 1

    def __post_init__(self):
        if self.side == "none":
            raise ValueError("a pole has two sides")

    @property
    def goals(self):
        wanted = Pole.goals["left"].objective
        return Pole.goals if self.side == "left" else {{"left": wanted}}
"""


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("size", ["--side", "none"], "ValueError: a pole has two sides"),
        ("size", ["--side", "right"], "the goal 'left' of Short is Objective"),
        ("seeds", [], "the world has a field 'seeds'"),
    ],
)
def test_options_that_a_world_refuses_are_said(file, field, given, said, capsys):
    file.write_text(MAZE + FIELDS.format(field))
    try:
        argv = ["train", "alternation", "--world", f"{file}:Short", *FEW, *given]
        assert main(argv) == 2
    finally:
        WORLDS.pop("my_pole.py:Short", None)
    told = capsys.readouterr().err
    assert said in told and "a bug" not in told
    assert not (file.parent / "runs" / "poles").exists()


def test_two_goals_are_needed_to_alternate_between(file, capsys):
    file.write_text(MAZE.replace('("left", "right")}', '("left",)}'))
    assert main(["train", "alternation", "--world", f"{file}:Pole", *FEW]) == 2
    assert "has 1 goals" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["recurrent", "conv"])
def test_a_policy_is_chosen_by_its_name(policy, tmp_path, monkeypatch):
    monkeypatch.setenv("TELIC_ROOT", str(tmp_path))
    few = ["--preset", "small", "--phases", "2", "--period", "1", "--name", policy]
    steps = ["--num-envs", "4", "--num-steps", "8", "--update-epochs", "1"]
    given = ["train", "alternation", "--policy", policy, "--workers", "1", *few]
    with in_this_process():
        assert main([*given, *steps]) == 0
    run = Run(tmp_path / policy / "seed-0000")
    assert run.status() == "complete"
    assert isinstance(run.plan().policy, POLICIES[policy])


@pytest.mark.parametrize(
    ("study", "given", "said", "fix"),
    [
        (
            "landing",
            ["--policy", "conv"],
            "the policy `conv` on observations of 8 floats",
            "use the policy `mlp`",
        ),
        (
            "alternation",
            ["--policy", "recurrent", "--num-envs", "6", "--num-minibatches", "4"],
            "must divide num_envs = 6",
            "num_minibatches = 2",
        ),
    ],
)
def test_a_policy_that_does_not_fit_leaves_no_folder(
    study, given, said, fix, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TELIC_ROOT", str(tmp_path / "runs"))
    given = ["train", study, "--preset", "small", "--name", "odd", *given]
    assert main(given) == 2
    told = capsys.readouterr().err
    assert said in told and fix in told
    assert not (tmp_path / "runs").exists()
