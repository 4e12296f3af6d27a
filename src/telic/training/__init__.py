"""Training: how an agent learns. PPO over any world."""

from telic.training.phase import train as train
from telic.training.plan import Plan as Plan
from telic.training.ppo import Hyper as Hyper
from telic.training.ppo import Sizes as Sizes
from telic.training.train import Metrics as Metrics
from telic.training.train import Training as Training
from telic.training.train import advance as advance
from telic.training.train import begin as begin
from telic.training.train import check as check
