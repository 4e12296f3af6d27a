"""Training: how an agent learns. PPO over any world."""

from telic.training.loop import train as train
from telic.training.plan import Plan as Plan
from telic.training.ppo import Hyper as Hyper
from telic.training.ppo import Sizes as Sizes
from telic.training.state import Metrics as Metrics
from telic.training.state import Training as Training
from telic.training.state import advance as advance
from telic.training.state import begin as begin
from telic.training.state import check as check
