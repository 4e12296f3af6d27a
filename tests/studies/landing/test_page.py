"""The page of runs in any world: returns and events while agents learned."""

import numpy as np

from telic.render.page import markdown
from telic.studies.landing.page import column_words, last_rollouts, page


def test_the_runs_themselves_have_a_page(landers):
    text = markdown(page(landers, command="telic train landing"))
    assert "landing per episode" in text and "return: stock" in text
    assert column_words("rate_side") == "side per episode"
    found = {"rate_side": np.array([[1.0, 2.0], [3.0, np.nan]])}
    assert last_rollouts(landers, found).rows[1] == ("1", "nan")
