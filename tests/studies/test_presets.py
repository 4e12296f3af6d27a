"""Every study of edits and every family has presets by name, and refuses others."""

import pytest

from telic.core.errors import InputError
from telic.studies import EDIT_STUDIES, FAMILIES

STUDIES = {**EDIT_STUDIES, **FAMILIES}


@pytest.mark.contract
@pytest.mark.parametrize("name", STUDIES)
def test_presets_are_known_by_name_and_others_are_refused(name):
    assert STUDIES[name].preset("small") != STUDIES[name].preset("full")
    with pytest.raises(InputError, match="there is no preset 'smal'"):
        STUDIES[name].preset("smal")
