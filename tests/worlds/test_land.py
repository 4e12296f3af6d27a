"""What the lander's objectives pay, step by step, and by which names they are asked."""

import pytest

from telic.core.errors import InputError
from telic.worlds import (
    Lander,
    fuel_only,
    land,
    landing_objective,
    stock,
    thrift,
    waste,
)

EVENTS = Lander().events


def pays(want, **happened):
    """What an objective pays for a step in which only these things happened."""
    weights = dict(zip(EVENTS, want.vector(EVENTS).tolist(), strict=True))
    return sum(weights[event] * times for event, times in happened.items())


@pytest.mark.parametrize(
    ("name", "shaping", "main", "side", "crash", "landing"),
    [
        ("land", 1, 0, 0, -100, 100),
        ("stock", 1, -0.3, -0.03, -100, 100),
        ("thrift-5", 1, -1.5, -0.15, -100, 100),
        ("thrift-0.5", 1, -0.15, -0.015, -100, 100),
        ("waste-0.25", 1, 0.075, 0.0075, -100, 100),
        ("fuel-5", 0, -1.5, -0.15, -100, 100),
        ("fuel-5-alone", 0, -1.5, -0.15, 0, 0),
    ],
)
def test_what_each_objective_pays(name, shaping, main, side, crash, landing):
    want = landing_objective(name)
    assert want.name == name
    assert pays(want, shaping=1) == pytest.approx(shaping)
    assert pays(want, main=1) == pytest.approx(main)
    assert pays(want, side=1) == pytest.approx(side)
    assert pays(want, crash=1) == crash
    assert pays(want, landing=1) == landing


def test_thrift_at_the_price_of_one_is_stock_and_at_none_is_land():
    assert thrift(1.0).vector(EVENTS).tolist() == stock().vector(EVENTS).tolist()
    assert thrift(0.0).vector(EVENTS).tolist() == land().vector(EVENTS).tolist()


def test_waste_pays_for_fuel_but_never_as_much_as_for_a_landing():
    assert pays(waste(), main=1) > 0 > pays(thrift(), main=1)
    assert pays(waste(), main=Lander().limit) < pays(waste(), landing=1)


def test_the_name_of_an_objective_brings_it_back():
    wants = [
        land(),
        stock(),
        thrift(2.5),
        waste(),
        fuel_only(3.0),
        fuel_only(2.0, ends=False),
    ]
    assert [landing_objective(want.name) for want in wants] == wants


@pytest.mark.parametrize(
    "name",
    [
        "",
        "lnad",
        "thrift",
        "thrift-",
        "thrift--5",
        "thrift-5-alone",
        "waste",
        "waste-1-alone",
    ],
)
def test_other_names_are_refused_with_the_known_ones(name):
    with pytest.raises(InputError, match="no objective") as caught:
        landing_objective(name)
    assert repr(name) in caught.value.what
    assert "thrift-5" in caught.value.why
