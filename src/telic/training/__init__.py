"""Training: PPO in any kind of world."""

from telic.training.loop import train_phase as train_phase
from telic.training.plan import ExperimentConfig as ExperimentConfig
from telic.training.ppo import PPOConfig as PPOConfig
from telic.training.ppo import RolloutConfig as RolloutConfig
from telic.training.state import RolloutMetrics as RolloutMetrics
from telic.training.state import TrainState as TrainState
from telic.training.state import init_state as init_state
from telic.training.state import raise_if_diverged as raise_if_diverged
from telic.training.state import train_step as train_step
