"""telic's rows of the lander's benchmark: training, its parts, and the world alone."""

import dataclasses
import time
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import landing
from benchmarks.landing import BATCH, ENVS, STEPS, Ended
from telic.policies import MLP, Agent
from telic.rollouts import HostCollector
from telic.rollouts.host import act
from telic.training import PPOConfig, RolloutConfig, init_state, train_phase
from telic.training.state import keys, learn
from telic.worlds import Lander, landing_objective
from telic.worlds.host import HostVectorEnv, StepResult

DEPTH = len(landing.WIDTHS) + 1
POLICY = MLP(
    width=landing.WIDTHS[0], actor_layers=DEPTH, critic_layers=DEPTH, activation="tanh"
)
HYPER = PPOConfig(
    learning_rate=landing.LEARNING_RATE,
    gamma=landing.GAMMA,
    gae_lambda=landing.LAMBDA,
    ent_coef=0.0,
    vf_coef=1.0,
    weight_decay=0.0,
    reward_scale=landing.SCALE,
)
SIZES = RolloutConfig(
    num_envs=ENVS,
    num_steps=STEPS,
    update_epochs=landing.EPOCHS,
    num_minibatches=BATCH // landing.MINIBATCH,
)


def training(backend: str, seed: int) -> Iterator[Ended]:
    """Train without end.

    The metrics of every rollout are fetched, as in a real run.
    """
    parts = {"world": Lander(backend=backend), "rollout": SIZES}
    weights = landing_objective("stock").vector(parts["world"].events)
    state = init_state(seed, policy=POLICY, **parts)
    phase = train_phase(state, weights, rollouts=10**6, ppo=HYPER, **parts)
    for state, metrics in phase:
        jax.block_until_ready(state.agent)
        ended = jax.device_get(metrics).episodes
        yield Ended(int(ended.completed), float(ended.events @ weights))


def parts(backend: str, seed: int, iterations: int) -> list[dict[str, float]]:
    """Seconds that each part of an iteration takes, but of the first two.

    `simulator` is what the fleet takes within a rollout, and `learner` one update.
    `policy` is the rollout's policy calls, each with its actions fetched, made once
    more without the simulator; `bookkeeping` is what else a
    rollout does: it keeps what happened, tells the events, and rates the actions.
    """
    world = Lander(backend=backend)
    weights = jnp.asarray(
        landing_objective("stock").vector(world.events) * HYPER.reward_scale
    )
    update = jax.jit(learn, static_argnames="rollout", donate_argnums=0)
    state = init_state(seed, policy=POLICY, world=world, rollout=SIZES)
    copies = HostCollector(world, range(ENVS))
    copies.vector_env.vector_env = watch = Watch(copies.vector_env.vector_env)
    rows = []
    for _ in range(iterations + 2):
        watch.seconds = 0.0
        began = time.perf_counter()
        data, _ = copies.collect(keys(state)[0], state.agent, STEPS)
        jax.block_until_ready(data)
        rollout, simulator = time.perf_counter() - began, watch.seconds
        policy = calls(state.agent, np.asarray(data.observations))
        began = time.perf_counter()
        after = update(state, data, HYPER, weights, rollout=SIZES)
        state, *_ = jax.block_until_ready(after)
        learner = time.perf_counter() - began
        rows.append(
            {
                "simulator": simulator,
                "policy": policy,
                "learner": learner,
                "bookkeeping": rollout - simulator - policy,
            }
        )
    copies.close()
    return rows[2:]


def calls(agent: Agent, seen: np.ndarray) -> float:
    """Seconds of one policy call for each time step, actions fetched."""
    uniform = np.random.default_rng(0).random(seen.shape[:2], np.float32)
    began = time.perf_counter()
    for sights, chance in zip(seen, uniform, strict=True):
        np.asarray(act(agent, sights, (), chance)[0])
    return time.perf_counter() - began


@dataclasses.dataclass
class Watch:
    """A fleet, and the time that is spent in it."""

    vector_env: HostVectorEnv
    seconds: float = 0.0

    def reset(self) -> np.ndarray:
        """The first sights."""
        return self.vector_env.reset()

    def step(self, action: np.ndarray, env_ids: np.ndarray) -> StepResult:
        """One step of some copies."""
        began = time.perf_counter()
        result = self.vector_env.step(action, env_ids)
        self.seconds += time.perf_counter() - began
        return result

    def reset_done(self, env_ids: np.ndarray) -> np.ndarray:
        """The first sights of the next episodes of some copies."""
        began = time.perf_counter()
        seen = self.vector_env.reset_done(env_ids)
        self.seconds += time.perf_counter() - began
        return seen

    def close(self) -> None:
        """Close the fleet."""
        self.vector_env.close()


def world_only(backend: str, iterations: int) -> list[float]:
    """Environment steps a second with random actions."""
    vector_env = Lander(backend=backend).vector_env(range(ENVS))
    vector_env.reset()
    everyone = np.arange(ENVS)

    def step(action: np.ndarray) -> None:
        result = vector_env.step(action, everyone)
        ended = np.flatnonzero(result.terminated | result.truncated)
        if len(ended):
            vector_env.reset_done(ended)

    return landing.walk(step, iterations)
