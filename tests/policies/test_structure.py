"""What a policy is made of is found by running it: sites, leaves, layers."""

import dataclasses
import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.policies import MLP, Output, Use, capture, structure
from telic.policies.structure import Layer
from tests.small import AGENT, CODES, POLICY, SHALLOW

SPEC = AGENT.spec
SHAPES = structure.initial_shapes(POLICY, SPEC)


@dataclasses.dataclass(frozen=True)
class Trunk:
    """A policy with a shared first layer, and a leaf that nothing reads."""

    def check(self, spec):
        """Anything fits."""

    def init(self, key, spec):
        shapes = {"body/w": (spec.inputs, 4), "pi/w": (4, 7), "v/w": (4, 1)}
        return {p: jnp.ones(s) for p, s in shapes.items()} | {"idle": jnp.ones(2)}

    def initial_carry(self, batch):
        return ()

    def apply(self, params, spec, observations, carry, *, tap, heads):
        x = spec.channel_values(observations).reshape(len(observations), -1)
        x = tap("body", x @ params["body/w"])
        logits = tap("pi", x @ params["pi/w"]) if "logits" in heads else None
        value = tap("v", x @ params["v/w"])[:, 0] if "value" in heads else None
        return Output(logits, value, carry)

    def units(self, spec):
        return {
            "input": (Use("body/w", 0, False, 25),),
            "body": (Use("body/w", 1, True), Use("pi/w", 0, False)),
            "pi": (Use("pi/w", 1, True),),
            "v": (Use("v/w", 1, True),),
        }

    def without_goal(self):
        return self

    def homogeneous(self, site):
        return site == "body"


def test_the_shapes_of_fresh_parameters_are_those_of_an_agent():
    assert dict(SHAPES) == {path: leaf.shape for path, leaf in AGENT.items()}
    assert structure.shapes_of(AGENT) == SHAPES


# Leaves and sites.


def test_the_leaves_of_a_head_are_those_that_it_depends_on():
    actor = structure.leaves_of(POLICY, SPEC, ("logits",))
    critic = structure.leaves_of(POLICY, SPEC, ("value",))
    assert actor == {p for p in AGENT if p.startswith("actor/")}
    assert critic == {p for p in AGENT if p.startswith("critic/")}
    assert structure.leaves_of(POLICY, SPEC) == actor | critic == set(AGENT)


def test_a_shared_trunk_is_of_both_heads_and_what_nothing_reads_of_none():
    assert structure.leaves_of(Trunk(), SPEC, ("logits",)) == {"body/w", "pi/w"}
    assert structure.leaves_of(Trunk(), SPEC, ("value",)) == {"body/w", "v/w"}
    assert structure.leaves_of(Trunk(), SPEC) == {"body/w", "pi/w", "v/w"}


def test_a_leaf_that_is_read_and_not_used_is_not_depended_on():
    @dataclasses.dataclass(frozen=True)
    class Looking(Trunk):
        def apply(self, params, *rest, **named):
            _ = params["idle"] + 1
            return super().apply(params, *rest, **named)

    assert "idle" not in structure.leaves_of(Looking(), SPEC)


def test_the_sites_are_those_where_the_tap_is_called_with_their_shapes():
    found = structure.sites(POLICY, SPEC, SHAPES)
    due = capture(AGENT, CODES)
    assert list(found) == list(due)
    assert {site: (16, *shape) for site, shape in found.items()} == {
        site: x.shape for site, x in due.items()
    }
    assert list(structure.sites(POLICY, SPEC, SHAPES, ("value",))) == [
        "critic/0/pre",
        "critic/0/post",
        "critic/value",
    ]
    assert structure.sites(
        Trunk(), SPEC, structure.initial_shapes(Trunk(), SPEC), ("value",)
    ) == {"body": (4,), "v": (1,)}


@pytest.mark.parametrize("site", AGENT.sites)
def test_what_lies_upstream_of_a_site_is_what_moves_it_and_nothing_else(site):
    before, moving = capture(AGENT, CODES, site)[site], []
    for path, leaf in AGENT.items():
        moved = AGENT.replace({**AGENT, path: leaf + 0.5})
        if (capture(moved, CODES, site)[site] != before).any():
            moving.append(path)
    assert AGENT.upstream(site) == tuple(sorted(moving))


def test_upstream_of_a_trunk_lies_the_trunk_alone():
    assert structure.upstream(Trunk(), SPEC, "body") == ("body/w",)
    assert structure.upstream(Trunk(), SPEC, "pi") == ("body/w", "pi/w")
    assert structure.upstream(Trunk(), SPEC, "v") == ("body/w", "v/w")


@pytest.mark.parametrize("site", ["actor/1/pots", "", "input"])
def test_upstream_of_an_unknown_site_is_refused(site):
    with pytest.raises(InputError, match=f"no site '{site}'"):
        structure.upstream(POLICY, SPEC, site)


def test_the_net_of_a_site_is_all_that_its_head_depends_on():
    for site in AGENT.sites:
        net = site.partition("/")[0]
        assert AGENT.net_of(site) == {p for p in AGENT if p.startswith(f"{net}/")}
    shapes = structure.initial_shapes(Trunk(), SPEC)
    assert structure.net_of(Trunk(), SPEC, shapes, "body") == "logits"
    assert structure.net_of(Trunk(), SPEC, shapes, "v") == "value"


# Units and layers.


@pytest.mark.parametrize("policy", [POLICY, SHALLOW, MLP()], ids=str)
def test_the_table_of_units_names_axes_of_the_length_of_their_site(policy):
    shapes = dict(structure.initial_shapes(policy, SPEC))
    sites = structure.sites(policy, SPEC, tuple(shapes.items()))
    named = set()
    for site, uses in policy.units(SPEC).items():
        count = SPEC.channels if site == "input" else sites[site][-1]
        for use in uses:
            assert shapes[use.leaf][use.axis] == count * use.places
            named.add((use.leaf, use.axis))
    assert named == {(p, axis) for p, s in shapes.items() for axis in range(len(s))}


def test_the_layers_are_those_of_the_actor_in_their_order():
    assert [(layer.name, layer.site) for layer in AGENT.layers] == [
        ("actor/0", "actor/0/post"),
        ("actor/1", "actor/1/post"),
        ("actor/2", "actor/logits"),
    ]
    for layer in AGENT.layers:
        assert layer.leaves == ((f"{layer.name}/kernel", 1), (f"{layer.name}/bias", 0))
    critic = structure.layers(POLICY, SPEC, "value")
    assert [layer.site for layer in critic] == ["critic/0/post", "critic/value"]
    assert [layer.site for layer in structure.layers(Trunk(), SPEC)] == ["body", "pi"]


@pytest.mark.parametrize("layer", AGENT.layers, ids=lambda layer: layer.name)
def test_the_matrix_of_a_layer_has_a_column_for_each_unit_its_bias_last(layer):
    found = layer.matrix(AGENT)
    np.testing.assert_array_equal(found[:-1], AGENT[f"{layer.name}/kernel"])
    np.testing.assert_array_equal(found[-1], AGENT[f"{layer.name}/bias"])


SIZES = st.integers(1, 4)


@given(st.lists(st.tuples(st.lists(SIZES, max_size=3), st.integers(0, 3)), min_size=1))
def test_a_matrix_that_is_split_gives_the_leaves_back(forms):
    units, rng = 5, np.random.default_rng(0)
    leaves, tree = [], {}
    for number, (others, place) in enumerate(forms):
        axis = min(place, len(others))
        shape = (*others[:axis], units, *others[axis:])
        leaves.append((str(number), axis))
        tree[str(number)] = rng.normal(size=shape)
    layer = Layer("layer", "site", tuple(leaves))
    matrix = layer.matrix(tree)
    assert matrix.shape == (sum(x.size for x in tree.values()) // units, units)
    again = layer.split(matrix, tree)
    assert list(again) == list(tree)
    for path, leaf in tree.items():
        np.testing.assert_array_equal(again[path], leaf)


def test_a_convolution_has_its_units_along_its_last_axis_or_any_other():
    rng = np.random.default_rng(0)
    tree = {"kernel": rng.normal(size=(2, 2, 3, 4)), "bias": rng.normal(size=4)}
    layer = Layer("conv", "conv/post", (("kernel", 3), ("bias", 0)))
    matrix = layer.matrix(tree)
    assert matrix.shape == (13, 4)
    for unit in range(4):
        np.testing.assert_array_equal(
            matrix[:12, unit], tree["kernel"][..., unit].ravel()
        )
    np.testing.assert_array_equal(matrix[12], tree["bias"])


@pytest.mark.parametrize("layer", AGENT.layers, ids=lambda layer: layer.name)
def test_scores_that_are_spread_are_those_of_the_unit_that_a_weight_makes(layer):
    units = AGENT.sites[layer.site][-1]
    scores = np.arange(units) + 0.5
    found = layer.broadcast(scores, AGENT)
    assert set(found) == {path for path, _ in layer.leaves}
    for path, leaf in found.items():
        assert leaf.shape == AGENT[path].shape
    np.testing.assert_array_equal(
        layer.matrix(found), np.tile(scores, (len(layer.matrix(AGENT)), 1))
    )


def test_what_is_spread_over_a_layer_is_what_moves_its_units():
    for layer, unit in itertools.product(AGENT.layers[:2], (0, 5)):
        flags = np.zeros(8)
        flags[unit] = 1
        moved = {
            p: AGENT[p] + jnp.asarray(x)
            for p, x in layer.broadcast(flags, AGENT).items()
        }
        after = capture(AGENT.replace({**AGENT, **moved}), CODES, layer.site)[
            layer.site
        ]
        changed = (after != capture(AGENT, CODES, layer.site)[layer.site]).any(axis=0)
        assert changed[unit] and changed.sum() == 1
