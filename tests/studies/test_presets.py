"""Every study has presets by name, and refuses others."""

import pytest

from telic.core.errors import InputError
from telic.studies import EXPERIMENTS, STUDIES, VARIANTS
from telic.studies.base import preset

EVERY = {**EXPERIMENTS, **STUDIES, **VARIANTS}


@pytest.mark.contract
@pytest.mark.parametrize("name", EVERY)
def test_presets_are_known_by_name_and_others_are_refused(name):
    kind = EVERY[name]
    assert preset(kind, "small") != preset(kind, next(iter(kind.presets)))
    with pytest.raises(InputError, match="there is no preset 'smal'"):
        preset(kind, "smal")
