"""Rollouts: the acting loops, for any actor in any kind of world."""

from telic.rollouts.actor import Actor as Actor
from telic.rollouts.blackbox import BlackBox as BlackBox
from telic.rollouts.collect import Completed as Completed
from telic.rollouts.collect import EnvState as EnvState
from telic.rollouts.collect import Rollout as Rollout
from telic.rollouts.collect import collect_rollout as collect_rollout
from telic.rollouts.evaluate import Episodes as Episodes
from telic.rollouts.evaluate import EpisodeSeeds as EpisodeSeeds
from telic.rollouts.evaluate import episode_seeds as episode_seeds
from telic.rollouts.evaluate import play as play
from telic.rollouts.host import HostCollector as HostCollector
from telic.rollouts.observe import observations_of as observations_of
from telic.rollouts.observe import sequences_of as sequences_of
from telic.rollouts.rates import Rates as Rates
from telic.rollouts.rates import rates as rates
from telic.rollouts.record import film as film
from telic.rollouts.record import greedy_actions as greedy_actions
from telic.rollouts.record import record as record
