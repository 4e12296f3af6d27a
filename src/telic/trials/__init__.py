"""Trials: did the edit cause it? Episodes, rates, nulls, verdicts, recovery."""

from telic.trials.choose import choose_on_others as choose_on_others
from telic.trials.faithfulness import Bench as Bench
from telic.trials.faithfulness import Faithfulness as Faithfulness
from telic.trials.faithfulness import Measure as Measure
from telic.trials.faithfulness import bench as bench
from telic.trials.faithfulness import cmd as cmd
from telic.trials.faithfulness import cpr as cpr
from telic.trials.faithfulness import faithfulness as faithfulness
from telic.trials.faithfulness import incompleteness as incompleteness
from telic.trials.faithfulness import size_for as size_for
from telic.trials.faithfulness import smallest as smallest
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
