"""What an error says, and the exit code that it carries."""

import pytest

from telic.core.errors import (
    BusyError,
    DamagedError,
    DivergedError,
    InputError,
    StorageError,
    TelicError,
    WorldError,
)

KINDS = (
    TelicError,
    InputError,
    DamagedError,
    BusyError,
    DivergedError,
    StorageError,
    WorldError,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_its_three_parts(kind):
    error = kind("it broke", why="it was thin", fix="use a thicker one")
    assert (error.what, error.why) == ("it broke", "it was thin")
    assert error.fix == "use a thicker one"
    assert str(error).splitlines() == [
        "it broke",
        "  why: it was thin",
        "  fix: use a thicker one",
    ]


def test_an_error_leaves_out_the_parts_that_it_does_not_have():
    assert str(TelicError("it broke")) == "it broke"
    assert str(TelicError("it broke", fix="glue it")) == "it broke\n  fix: glue it"


def test_every_kind_of_error_has_an_exit_code_of_its_own():
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(1 < code < 126 for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_can_be_caught_as_a_telic_error(kind):
    with pytest.raises(TelicError):
        raise kind("it broke")


def test_a_wrong_input_is_a_value_error_too():
    with pytest.raises(ValueError, match="it broke"):
        raise InputError("it broke")
