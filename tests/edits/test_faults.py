"""A wrong expression is answered with a caret under what is wrong, and harmlessly."""

import ast
import pickle

import jax.numpy as jnp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.edits.expression import evaluate, parse
from telic.edits.expression.functions import FUNCTIONS
from tests.edits.toys import CHANNELS, Toy, number, wrong

WORDS = [
    *"+-*/@(),=:",
    *FUNCTIONS,
    *CHANNELS,
    "start",
    "actor/0",
    "phases",
    "0",
    "2",
    "0.5",
]

WRONG = [
    # characters
    ("blue - purple?", "             ^", "U+003F (question mark)"),
    ("blue − purple", "     ^", "U+2212 (minus sign)"),
    ("blue & purple", "     ^", "U+0026"),
    ("blue - 'purple'", "       ^", "U+0027"),
    # syntax
    ("", "^", "empty"),
    ("   ", "   ^", "empty"),
    ("blue -", "      ^", "found the end"),
    ("blue - ", "       ^", "found the end"),
    ("blue purple", "     ^", "expected an operator or the end, found 'purple'"),
    ("(blue - purple", "              ^", "expected an operator or ')'"),
    ("blue - purple)", "             ^", "found ')'"),
    ("blue - * purple", "       ^", "found '*'"),
    ("+blue", "^", "found '+'"),
    ("()", " ^", "found ')'"),
    ("2 mean(blue - purple)", "  ^", "found 'mean'"),
    ("2blue", " ^", "found 'blue'"),
    ("blue@ - purple", "      ^", "the number of a phase, found '-'"),
    ("blue@-1", "     ^", "the number of a phase, found '-'"),
    ("blue@1.0", "     ^", "the number of a phase, found '1.0'"),
    ("blue@1e3", "     ^", "the number of a phase, found '1e3'"),
    ("blue@(1)", "     ^", "the number of a phase, found '('"),
    ("(blue)@1", "      ^", "found '@'"),
    ("blue, purple", "    ^", "found ','"),
    ("(blue, purple)", "     ^", "expected an operator or ')', found ','"),
    ("blue = purple", "     ^", "found '='"),
    ("(phases=0:2)", "       ^", "found '='"),
    ("blue ** 2", "      ^", "found '*'"),
    ("blue if purple else start", "     ^", "found 'if'"),
    ("not blue", "    ^", "found 'blue'"),
    ("2(blue)", " ^", "did you mean 2 * (…)?"),
    ("top(blue - purple 0.2)", "                  ^", "',' or ')', found '0.2'"),
    ("top(blue - purple,)", "                  ^", "found ')'"),
    ("mean(blue - purple", "                  ^", "found the end"),
    ("mean(", "     ^", "found the end"),
    # names and phases
    ("purpel@23 + (blue - purple)", "^", "did you mean 'purple'?"),
    ("purple + (blue - bleu)", "                 ^", "did you mean 'blue'?"),
    ("mean(blue - purpel)", "            ^", "did you mean 'purple'?"),
    ("strat - blue", "^", "did you mean 'start'?"),
    ("mean - blue", "^", "no objective 'mean'"),
    ("blue@3 - purple", "     ^", "phase 3 trained 'purple', not 'blue'"),
    ("blue@3 - purple", "     ^", "0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22"),
    ("purple - blue@24", "              ^", "there is no phase 24"),
    ("-purple@24", "        ^", "there is no phase 24"),
    ("start@0", "      ^", "start has no phases"),
    # functions
    ("purple@23 + 1.5 * maen(blue - purple)", "                  ^", "mean 'mean'?"),
    ("blue(purple)", "^", "no function 'blue'"),
    ("mean()", "     ^", "mean takes 1 argument"),
    ("mean(phases=0:2)", "               ^", "mean takes 1 argument"),
    ("top(blue - purple)", "                 ^", "top takes 2 arguments"),
    ("top(blue - purple, 1, 1)", "                      ^", "top takes 2 arguments"),
    ("only(blue - purple)", "                  ^", "at least 2 arguments"),
    ("lerp(blue, purple)", "                 ^", "lerp takes 3 arguments"),
    ("mean(blue - purple, blue)", "                    ^", "mean takes 1 argument"),
    ("mean(mean(blue - purple))", "     ^", "mean inside of mean"),
    # phases of a mean
    ("mean(blue - purple, fases=0:2)", "                    ^", "option 'fases'"),
    ("top(blue - purple, phases=0:2)", "                   ^", "option 'phases'"),
    ("mean(blue - purple, phases=2)", "                            ^", "expected ':'"),
    ("mean(blue - purple, phases=-1:2)", "                           ^", "found '-'"),
    ("mean(blue - purple, phases=0:2, 1)", "                              ^", "','"),
    (
        "mean(blue - purple, phases=(0, 2))",
        "                           ^",
        "phases=2:17",
    ),
    ("mean(blue - purple, phases=0:2:4)", "                              ^", "')'"),
    ("mean(blue - purple, 0:2)", "                     ^", "found ':'"),
    ("mean(blue - purple, phases=5:5)", "                           ^", "no phase"),
    ("mean(blue - purple, phases=9:3)", "                           ^", "no phase"),
    ("mean(blue - purple, phases=0:25)", "                             ^", "24 phases"),
    ("mean(blue - purple, phases=3:4)", "                           ^", "from 3 to 3"),
    ("mean(blue - start)", "     ^", "two objectives, found: blue"),
    ("mean(blue@2 - purple@1)", "     ^", "two objectives, found: none"),
    # kinds
    ("blue + purple", "     ^", "no operation 'agent + agent'"),
    ("2 * blue", "  ^", "no operation 'number * agent'"),
    ("blue / 2", "     ^", "no operation 'agent / number'"),
    ("-blue", "^", "no operation '- agent'"),
    ("(blue - purple) + blue", "                ^", "'vector + agent'"),
    ("(blue - purple) * (blue - start)", "                ^", "'vector * vector'"),
    ("2 / (blue - purple)", "  ^", "no operation 'number / vector'"),
    ("2 - (blue - purple)", "  ^", "no operation 'number - vector'"),
    ("blue - 2", "     ^", "no operation 'agent - number'"),
    ("1 + 1", "^", "the expression is a number"),
    ("mean(blue + purple)", "          ^", "no operation 'agent + agent'"),
    ("mean(lerp(blue, purple, 1))", "     ^", "mean needs here: vector, found: agent"),
    ("top(blue, 0.2)", "    ^", "top needs here: vector, found: agent"),
    ("top(blue - start, blue)", "                  ^", "needs here: number"),
    ("lerp(blue, blue - start, 1)", "           ^", "needs here: agent"),
    # numbers
    ("1e999 * (blue - purple)", "^", "inf is out of range"),
    ("-1e7 * (blue - purple)", " ^", "1e+07 is out of range"),
    ("1e6 * 2 * (blue - purple)", "    ^", "2e+06 is out of range"),
    ("(blue - purple) / 0", "                  ^", "division by 0"),
    ("1 / 1e-9 * (blue - purple)", "    ^", "division by 1e-09"),
    ("top(blue - purple, 0)", "                   ^", "share = 0"),
    ("top(blue - purple, 1.5)", "                   ^", "above 0, up to 1"),
    ("rank(blue - purple, 0)", "                    ^", "count = 0"),
    ("rank(blue - purple, 1.5)", "                    ^", "1, 2, 3"),
    # colours and weights
    ("carry(blue - start, blue, yelow)", "                          ^", "'yellow'?"),
    ("carry(blue - start, red, blue)", "                    ^", "no colour 'red'"),
    ("carry(blue - start, blue, blue)", "                          ^", "given twice"),
    ("carry(blue - start, 3, blue)", "                    ^", "the name of a colour"),
    ("carry(blue - start, blue@2, blue)", "                        ^", "found '@'"),
    ("only(blue - start, 0/actor)", "                   ^", "the name of a weights"),
    ("only(blue - start, actor/-1)", "                        ^", "found '/'"),
    ("only(blue - start, actor[0])", "                        ^", "actor/0"),
    ("only(blue - start, actr)", "                   ^", "did you mean 'actor'?"),
    ("only(blue - start, actor/1)", "                   ^", "no weights 'actor/1'"),
    ("only(blue - start, actor.1)", "                   ^", "no weights 'actor/1'"),
]


@pytest.mark.parametrize(("text", "caret", "says"), WRONG)
def test_an_error_points_at_the_character_that_is_wrong(text, caret, says):
    error, lines = wrong(text)
    assert lines[1] == f"    {text}"
    assert lines[2] == f"    {caret}"
    assert error.at == len(caret) - 1
    assert says in str(error)


def test_weights_that_become_too_large_are_refused_where_they_do():
    text = "1e6 * (" * 7 + "purple - blue" + ")" * 7
    error, _ = wrong(text)
    assert error.at == 4 and "not finite" in error.what
    error, _ = wrong("lerp(start, " * 6 + "blue" + ", 1e6)" * 6)
    assert error.at == 0 and "not finite" in error.what


def test_nothing_that_is_typed_reaches_a_terminal_as_it_is():
    error, lines = wrong("blue -\t\n\x1b[31m\u202epurple")
    assert lines[1:3] == ["    blue -  ·[31m·purple", "            ^"]
    assert "U+001B" in error.what
    error, lines = wrong("\ud800")
    assert lines[1:3] == ["    ·", "    ^"]
    toy = Toy(("blue\x1b[2J\n" * 99, "purple"))
    _, lines = wrong("blau", toy)
    assert len(lines) <= 5 and max(map(len, lines)) < 200


HOSTILE = [
    *["f'{blue}'", "'blue'", '"blue"', "b'blue'", "(blue := purple)", "blue; purple"],
    *["lambda: blue", "lambda x: x", "blue.__class__", "().__class__", "blue.copy()"],
    *["__import__('os')", "__import__(os)", "exec(blue)", "eval(blue)", "open(blue)"],
    *["[blue]", "{blue}", "blue[0]", "[x for x in blue]", "(x for x in blue)", "*blue"],
    *[
        "mean(*blue)",
        "mean(**blue)",
        "await blue",
        "yield blue",
        "yield",
        "...",
        "~blue",
    ],
    *["blue < purple", "blue or purple", "not blue", "blue ** purple", "blue // 2"],
    *["blue % 2", "blue << 9", "blue # purple", "blue \\\n", "blue - purple\f"],
    *["\0", "blue\0", "blue - \0purple", "\ufeffblue", "\uff42lue - purple", "blué"],
    *["0x1 * (blue - start)", "1_0 * (blue - start)", "1j * (blue - start)", "1e"],
    *["1e308 * (blue - start)", "9" * 400 + " * (blue - start)", "blue@" + "9" * 900],
    *["9" * 999, "(" * 999, ")" * 999, "-" * 999, "top(" * 249, "blue)+(blue"],
    *["((" * 49 + "blue" + "))" * 49, "(1-" * 50 + "1" + ")" * 50, "blue@" * 199],
    *["(1+-----------------" * 49 + "1" + ")" * 49, "1-" * 499 + "1", "1," * 499],
]


@pytest.mark.parametrize("text", HOSTILE)
def test_python_sees_no_more_of_an_expression_than_its_signs(text, monkeypatch):
    seen = []

    def look(form, **_):
        seen.append(form)
        raise SyntaxError

    wrong(text)
    monkeypatch.setattr(ast, "parse", look)
    wrong(text)
    assert not set("".join(seen)) - set("_1+-*/(),= \n")


@pytest.mark.parametrize("error", [MemoryError, RecursionError, SyntaxError])
def test_a_parser_that_gives_up_is_an_error_of_the_expression(error, monkeypatch):
    def gives_up(*_, **__):
        raise error("too much")

    monkeypatch.setattr(ast, "parse", gives_up)
    assert "cannot read" in wrong("blue - purple")[0].what


@pytest.mark.parametrize("at", [0, 30, 500, 970, 990])
def test_of_a_long_expression_the_part_around_the_caret_is_shown(at):
    text = ("blue + " * 150)[:at] + "?" + " + blue" * 10
    error, lines = wrong(text[:1000])
    assert error.at == at
    assert len(lines[1]) <= 4 + 72
    assert lines[1][lines[2].index("^")] == "?"
    assert lines[1].endswith("…") == (at < 970 and len(text) > 72)
    assert lines[1].startswith("    …") == (at > 36)


def test_an_expression_is_at_most_a_thousand_characters_long():
    assert number("(purple - blue)" + " " * 985) == 24
    error, _ = wrong("(purple - blue)" + " " * 986)
    assert error.at == 1000 and "1001 characters" in error.what
    error, lines = wrong("a" * 10**7)
    assert error.at == 1000 and len(str(error)) < 300
    assert lines[1][lines[2].index("^")] == "a"


@pytest.mark.parametrize(
    ("opening", "closing", "factor"),
    [
        ("(", ")", 1),
        ("-", "", -1),
        ("top(", ", 1)", 1),
        ("top(2*", ", 1)", 2),
        ("0*(blue-blue)-(", ")", -1),
    ],
)
def test_an_expression_is_at_most_fifty_levels_deep(opening, closing, factor):
    def deep(levels):
        return opening * levels + "(purple-blue)" + closing * levels

    assert number(deep(49)) == pytest.approx(24 * factor**49, rel=1e-4)
    error, _ = wrong(deep(50))
    assert "deeply nested" in error.what
    assert error.at == len(opening) * 50
    wrong(deep(190))


def test_an_error_of_the_source_gets_the_caret_of_the_name():
    class Empty(Toy):
        def agent(self, phase):
            raise InputError(f"nothing at phase {phase}", why="gone", fix="train")

    error, _ = wrong("start + 2 * (purple@3 - blue)", Empty())
    assert error.at == 13
    assert error.what.startswith("nothing at phase 3\n")
    assert (error.why, error.fix, error.code) == ("gone", "train", 2)


def test_agents_of_two_networks_are_told_apart_at_the_sign():
    class Mixed(Toy):
        def start(self):
            return {"actor/0/bias": jnp.ones(2)}

    error, _ = wrong("blue + (purple - start)", Mixed())
    assert error.at == 15 and "only one of them has" in error.what


def test_an_error_survives_the_way_between_processes():
    error, _ = wrong("blue + purple")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.at, again.what) == (str(error), 5, error.what)


def test_whatever_needs_no_run_is_found_by_parsing():
    for text in ("blue +", "maen(blue)", "top(blue)", "1e9 * blue"):
        with pytest.raises(InputError):
            parse(text)
    parse("nobody + nothing@99")


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_an_error_with_a_caret(text):
    try:
        evaluate(text, Toy())
    except InputError:
        wrong(text)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_words_are_an_expression_or_an_error_with_a_caret(text):
    try:
        evaluate(text, Toy())
    except InputError:
        wrong(text)
