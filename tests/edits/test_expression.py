"""An expression names an agent or a vector: what it is worth, by hand."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telic import vectors
from telic.core import trees
from telic.core.errors import InputError
from telic.edits.expression import AgentSource, evaluate
from telic.edits.expression.functions import FUNCTIONS
from telic.edits.expression.operations import OPERATIONS
from tests.edits.toys import (
    BLUE,
    PATTERN,
    PURPLE,
    START,
    USES,
    Toy,
    close,
    number,
    times,
)


def test_the_example_is_what_was_worked_out_by_hand():
    # Pairs (2, 3) to (15, 16). Purple at odd p: p - 1 - 2p; blue at even p: p - 2(p-1).
    differences = [-p - 1 if p % 2 else 2 - p for p in range(3, 17)]
    assert sum(differences) / len(differences) == -9
    text = "purple@23 + 1.5 * mean(blue - purple, phases=2:17)"
    assert number(text, "agent") == pytest.approx(46 - 1.5 * 9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blue", BLUE),
        ("purple", PURPLE),
        ("blue@0", 0),
        ("purple@3", 6),
        ("purple @ 3", 6),
        ("start", START),
        ("blue + (purple - start)", BLUE + PURPLE - START),
        ("blue - (purple - start)", BLUE - PURPLE + START),
        ("blue + 0 * (purple - start)", BLUE),
        ("lerp(blue, purple, 0.25)", 28),
        ("lerp(blue, purple, -1)", -2),
        ("lerp(start, blue + (blue - start), 1/2)", 22),
    ],
)
def test_agents_are_named_moved_and_mixed(text, expected):
    assert number(text, "agent") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("purple - blue", 24),
        ("-(purple - blue)", -24),
        ("--(purple - blue)", 24),
        ("1.5 * (purple - blue)", 36),
        ("(purple - blue) * -1.5", -36),
        ("(purple - blue) / 4", 6),
        ("1e-1 * (purple - blue)", 2.4),
        (".5 * (purple - blue)", 12),
        ("(purple - blue) + (start - blue)", 102),
        ("(purple - blue) - (start - blue)", -54),
    ],
)
def test_vectors_are_scaled_and_added(text, expected):
    assert number(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(start-blue) - (purple-blue) - (purple-blue)", 78 - 24 - 24),
        ("(start-blue) - ((purple-blue) - (purple-blue))", 78),
        ("purple@3 - (purple@3 - blue@2) - (purple@5 - blue@2)", 6 - 4 - 8),
        ("(start-blue) - 2 * (purple-blue) / 4", 78 - 12),
        ("2 * (purple-blue) + (start-blue) * 3", 48 + 234),
        ("24 / 4 / 2 * (purple-blue)", 72),
        ("-2 * (purple-blue) - -(purple-blue)", -24),
        ("(2 + 3 * 4 - 1) * (purple-blue)", 312),
    ],
)
def test_products_bind_before_sums_and_both_go_from_left_to_right(text, expected):
    kind = "agent" if text.startswith("purple") else "vector"
    assert number(text, kind) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "schedule", "expected"),
    [
        ("mean(purple - blue, phases=0:2)", "bp", 2),
        ("mean(blue - purple)", "bp" * 12, -266 / 23),
        ("mean(2 * (blue - purple), phases=2:17)", "bp" * 12, -18),
        ("mean(blue - purple + (purple@3 - purple@1), phases=0:2)", "bpbp", -2 + 4),
        ("mean(blue - purple + (start - blue@0), phases=0:2)", "bp", 98),
        ("mean(blue - red)", "bprb", 3 - 2),
        ("mean(blue - purple)", "bprb", 0 - 2),
        ("mean(blue - purple)", "bbp", 1 - 4),
        ("mean(blue - purple, phases=1:3)", "bpb", 2 - 2),
        ("mean(top(blue - purple, 1), phases=0:2) + (blue - purple)", "bpb", -2 + 0),
    ],
)
def test_a_mean_goes_over_the_successive_phases_that_trained_the_two(
    text, schedule, expected
):
    names = {"b": "blue", "p": "purple", "r": "red"}
    toy = Toy(tuple(names[letter] for letter in schedule))
    assert number(text, toy=toy) == pytest.approx(expected)


def test_only_keeps_the_named_weights():
    def kept(words):
        found = evaluate(f"only(purple - blue, {words})", Toy()).tree
        return {path for path, leaf in found.items() if float(jnp.abs(leaf).sum())}

    assert kept("actor") == kept("actor/0") == {"actor/0/bias", "actor/0/kernel"}
    assert kept("critic") == {"critic/0/bias"}
    assert kept("actor/0/kernel, critic") == {"actor/0/kernel", "critic/0/bias"}
    found = evaluate("only(purple - blue, actor)", Toy()).tree
    assert close(found, vectors.restrict(times(24), "actor/"))


@pytest.mark.parametrize("weights", ["actor.0", "actor / 0"])
def test_a_layer_may_be_written_as_it_was_at_first(weights):
    found = evaluate(f"only(purple - blue, {weights}, critic.0.bias)", Toy()).tree
    assert close(found, times(24))
    found = evaluate(f"only(purple - blue, {weights})", Toy()).tree
    assert close(found, vectors.restrict(times(24), "actor/0/"))


@pytest.mark.parametrize(
    "path", ["trunk/0", "gru", "actor/logits", "conv/10/kernel", "lambda/0/in", "a/007"]
)
def test_any_path_of_names_and_numbers_is_a_layer_if_the_agent_has_it(path):
    class Other(Toy):
        def agent(self, phase):
            return {f"{path}/x": jnp.ones(1) * phase, "other/x": jnp.ones(1) * phase}

    found = evaluate(f"only(purple - blue, {path})", Other()).tree
    assert {p for p, leaf in found.items() if leaf.any()} == {f"{path}/x"}
    with pytest.raises(InputError, match="there is no weights 'trunc'"):
        evaluate("only(purple - blue, trunc)", Other())


def test_an_objective_may_be_called_as_a_word_of_python():
    toy = Toy(("lambda", "purple", "None"))
    assert number("None - lambda@0 + (purple - None)", toy=toy) == 2
    assert number("mean(lambda - purple)", toy=toy) == -2


def test_a_layer_is_not_taken_for_one_whose_number_begins_alike():
    class Deep(Toy):
        def agent(self, phase):
            leaf = jnp.ones(1) * phase
            return {f"actor/{layer}/bias": leaf for layer in (1, 10)}

    found = evaluate("only(purple - blue@0, actor/1)", Deep()).tree
    assert {path: leaf.item() for path, leaf in found.items()} == {
        "actor/1/bias": 23,
        "actor/10/bias": 0,
    }


def test_carry_exchanges_the_inputs_of_two_colours():
    found = evaluate("carry(purple - blue, purple, yellow)", Toy()).tree
    assert close(found, vectors.swap_inputs(times(24), USES, (1,), (2,)))
    assert not close(found, times(24))
    # The colours are words: they are not bound to the phases of a mean.
    text = "mean(carry(blue - purple, purple, yellow), phases=0:2)"
    assert close(
        evaluate(text, Toy()).tree, vectors.swap_inputs(times(-2), USES, (1,), (2,))
    )


@pytest.mark.parametrize(
    ("count", "bias", "kernel", "critic"),
    [
        (1, [0, 0], [0, 0, 0, 0, 0, 6], [0]),
        (5, [0, 0], [0, 2, 3, 4, 5, 6], [0]),  # of two entries of size 2 the first
        (6, [0, 0], [0, 2, 3, 4, 5, 6], [-2]),
        (7, [1, 0], [0, 2, 3, 4, 5, 6], [-2]),
        (9, [1, -1], [1, 2, 3, 4, 5, 6], [-2]),
    ],
)
def test_top_keeps_the_largest_entries_of_all_leaves(count, bias, kernel, critic):
    found = evaluate(
        f"top(blue@4 - blue@3 * 0, {count} / 9)".replace("@3 * 0", "@2"), Toy()
    )
    assert (found.tree["actor/0/bias"] / 2).tolist() == bias
    assert (found.tree["actor/0/kernel"] / 2).ravel().tolist() == kernel
    assert (found.tree["critic/0/bias"] / 2).tolist() == critic


def test_rank_keeps_the_first_directions_of_kernels_and_all_biases():
    left, values, right = np.linalg.svd(24 * PATTERN["actor/0/kernel"])
    found = evaluate("rank(purple - blue, 1)", Toy()).tree
    expected = values[0] * np.outer(left[:, 0], right[0])
    assert np.allclose(found["actor/0/kernel"], expected, atol=1e-3)
    assert not np.allclose(expected, 24 * PATTERN["actor/0/kernel"], atol=1)
    assert found["actor/0/bias"].tolist() == [24, -24]
    assert close(evaluate("rank(purple - blue, 7)", Toy()).tree, times(24))


def test_a_sum_may_be_as_long_as_the_text():
    assert number("(490" + "-1" * 489 + ")*(purple-blue)") == 24


def test_an_agent_of_the_source_is_not_changed():
    toy, agent = Toy(), times(22)

    class Keeping(Toy):
        def agent(self, phase):
            return agent

    before = trees.digest(agent)
    evaluate("2 * top(blue - start, 0.5) - only(blue - start, actor)", Keeping())
    assert trees.digest(agent) == before == trees.digest(toy.agent(22))


def test_every_function_and_operation_is_worked_out_in_some_test():
    """The examples in the table of functions are expressions themselves."""
    values = {"vector": "(purple - blue)", "agent": "blue", "number": "2"}
    for function in FUNCTIONS.values():
        text = function.usage
        for kind, value in values.items():
            text = text.replace(kind, value)
        found = evaluate(text.replace("actor/1", "critic"), Toy())
        assert found.kind == function.gives
    for operation, (gives, _) in OPERATIONS.items():
        text = " ".join(values.get(word, word) for word in operation.split())
        text = text if gives != "number" else f"({text}) * (purple - blue)"
        assert evaluate(text, Toy()).kind == gives.replace("number", "vector")


NUMBERS = st.sampled_from(["2", "0.5", "3", "1e1"])
AGENTS = st.sampled_from(["blue", "purple", "start", "blue@4", "purple@1"])
DIFFERENCES = st.builds("({} - {})".format, AGENTS, AGENTS)


def _larger(inner):
    """Vectors made of vectors, with no more brackets than are needed."""
    factor = st.builds("{} * {}".format, NUMBERS, inner)
    divided = st.builds("{} / {}".format, inner, NUMBERS)
    minus = st.builds("-{}".format, inner)
    term = st.one_of(inner, factor, divided, minus)
    sums = st.lists(st.tuples(st.sampled_from(["+", "-"]), term), min_size=1)
    chain = st.builds(
        lambda first, rest: " ".join([first, *(f"{sign} {t}" for sign, t in rest)]),
        term,
        sums,
    )
    return st.builds("({})".format, chain)


VECTORS = st.recursive(DIFFERENCES, _larger, max_leaves=8).filter(
    lambda text: len(text) < 400
)


@settings(max_examples=40)
@given(VECTORS)
def test_the_arithmetic_is_that_of_python(text):
    agents = {"blue@4": 4, "purple@1": 2, "blue": BLUE, "purple": PURPLE}
    python = text
    for name, value in {**agents, "start": START}.items():
        python = python.replace(name, str(value))
    expected = eval(python)
    assert number(text) == pytest.approx(expected, rel=1e-4, abs=1e-2)


@settings(max_examples=40)
@given(VECTORS, st.data())
def test_white_space_and_needless_brackets_do_not_matter(text, data):
    plain = evaluate(text, Toy())
    spaces = st.text(" \t\n", max_size=2)
    pieces = re.findall(r"[a-z]+|[0-9.e]+|\S", text)
    spaced = "".join(piece + data.draw(spaces) for piece in pieces)
    assert trees.digest(evaluate(spaced, Toy()).tree) == trees.digest(plain.tree)
    bracketed = re.sub(r"[a-z]+(@\d)?", r"((\g<0>))", text).replace("((e))", "e")
    bracketed = re.sub(r"\(([^()]*)\)", r"((\1))", f"({bracketed})")
    assert trees.digest(evaluate(bracketed, Toy()).tree) == trees.digest(plain.tree)


def test_a_toy_is_a_source():
    assert isinstance(Toy(), AgentSource)
