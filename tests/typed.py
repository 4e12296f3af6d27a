"""Every annotated function of telic checks its types where it is called.

jaxtyping binds the arguments of every call to names, to hold the axes of arrays against
each other. That costs more than most functions do, and says nothing of one without an
array in its annotations: such a function is checked by beartype alone.
"""

from collections.abc import Callable
from typing import Any

import jaxtyping

WITH_ARRAYS = jaxtyping.jaxtyped


def install() -> None:
    """Check the types of all of telic that is imported from now on."""
    jaxtyping.jaxtyped = checked
    jaxtyping.install_import_hook("telic", "beartype.beartype")


def checked(*, typechecker: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A decorator for a class or a function, for jaxtyping's import hook."""

    def decorate(what: Any) -> Any:
        if isinstance(what, type) or has_arrays(what):
            return WITH_ARRAYS(what, typechecker=typechecker)
        return typechecker(what)

    return decorate


def has_arrays(function: Callable[..., Any]) -> bool:
    """True if an annotation of a function names axes, or a type by a word alone."""
    return any(
        isinstance(hint, str) or "jaxtyping" in repr(hint) or "ForwardRef" in repr(hint)
        for hint in function.__annotations__.values()
    )
