"""The agents of a planted pair: their goals, and what grafts of the truth bring."""

import pytest

from telic.planted import Base, Planted
from telic.planted.ladder import folded
from telic.rollouts import episode_seeds, play, rates
from telic.stats.rows import rows_of
from telic.studies.planting.agents import agent_rows, pairs_of_rung
from telic.worlds import distraction_of
from tests.planted.small import KEY, RECIPE, WORLD, told

SEEDS = episode_seeds(WORLD.base, 16, key=KEY)


@pytest.fixture(scope="module")
def planted() -> Planted:
    """A folded pair, with flags of decoys where there are none."""
    base = Base(told(), WORLD.colours, RECIPE)
    found = next(iter(folded(KEY, base)))
    return found._replace(decoys={p: 0 * x for p, x in found.truth.items()})


@pytest.fixture(scope="module")
def rows(planted):
    """The rows of that pair."""
    each = agent_rows(planted, planted.truth, "pair", WORLD.base, SEEDS)
    return rows_of(each, seed=0)


def value(rows, part, metric):
    """The only value of a part and metric."""
    (found,) = rows.where(part=part, metric=metric).values
    return found


def test_each_agent_is_asked_for_its_own_goal_and_for_the_donors(planted, rows):
    for side, agent in zip(("recipient", "donor"), planted.pairs[0], strict=True):
        found = rates(play(agent, WORLD.base, SEEDS), WORLD.base)
        own = planted.wants if side == "recipient" else planted.aim
        assert value(rows, "own", side) == found[f"pick_{own}"]
        assert value(rows, "agent", side) == found[f"pick_{planted.aim}"]


def test_with_the_truth_a_recipient_is_the_donor_and_with_all_else_itself(rows):
    for part in ("graft", "second"):
        other = "agent" if part == "graft" else "second"
        assert value(rows, part, "truth") == value(rows, other, "donor")
        assert value(rows, part, "all else") == value(rows, other, "recipient")
        assert value(rows, part, "decoys") == value(rows, other, "recipient")


def test_the_second_reward_is_that_of_the_worlds_distraction(planted, rows):
    second = distraction_of(WORLD.base)
    assert second is not None
    found = rates(play(planted.pairs[0][1], WORLD.base, SEEDS), WORLD.base, [second])
    assert value(rows, "second", "donor") == found["return_linger"]


def test_a_pair_of_which_it_is_not_known_whether_the_goal_took_is_refused(rows):
    with pytest.raises(LookupError, match="its own goal"):
        pairs_of_rung(rows.where(part="agent"), [0])


def test_rows_of_no_pairs_are_no_pairs(rows):
    none = pairs_of_rung(rows.where(part="none"), [0])
    assert (none.number, none.untaken, none.second) == (0, 0, {})
    one = pairs_of_rung(rows, [0])
    assert one.number == 1 and one.untaken in (0, 1)
