"""Trials: did the edit cause it? Episodes, rates, nulls, verdicts, recovery."""

from telic.trials.choose import choose_on_others as choose_on_others
from telic.trials.episodes import Boards as Boards
from telic.trials.episodes import Episodes as Episodes
from telic.trials.episodes import boards as boards
from telic.trials.episodes import play as play
from telic.trials.episodes import play_all as play_all
from telic.trials.measures import efficacy as efficacy
from telic.trials.measures import locality as locality
from telic.trials.measures import rates as rates
from telic.trials.measures import retention as retention
from telic.trials.recovery import rollouts_to as rollouts_to
from telic.trials.recovery import train_on as train_on
from telic.trials.table import Table as Table
from telic.trials.table import tabulate as tabulate
from telic.trials.trial import Result as Result
from telic.trials.trial import trial as trial
from telic.trials.verdict import Verdict as Verdict
from telic.trials.verdict import verdict as verdict
