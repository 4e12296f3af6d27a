"""The page of runs in any world: returns and events while agents learned."""

import numpy as np

from telic.render.page import markdown
from telic.studies.landing.page import column_words, last_rollouts, page
from telic.studies.landing.summary import measure, summarise
from telic.studies.learning import learning


def test_the_runs_themselves_have_a_page(landers):
    found = summarise(measure(*landers))
    made = page(found, name="landers", steps=64, command="telic train landing")
    text = markdown(made)
    assert text.startswith("# landers: 2 seeds") and "telic train landing" in text
    assert "landing per episode" in text and "return: stock" in text
    assert column_words(("rate", "side")) == "side per episode"


def test_a_seed_without_an_episode_at_the_end_is_not_in_the_mean():
    def rollout(number, value):
        return {"phase": 0, "objective": "a", "steps": number, "rate_side": value}

    metrics = {0: [rollout(1, 1.0), rollout(2, 2.0)], 1: [rollout(1, 3.0)]}
    metrics[1].append(rollout(2, None))
    found = summarise(learning(metrics))
    np.testing.assert_array_equal(
        found.curves["rate", "side"], [[1.0, 2.0], [3.0, np.nan]]
    )
    seed, *_, every = last_rollouts(found).rows[1:]
    assert seed == ("1", "nan") and every == ("all", "2.00 (n=1, points only)")
