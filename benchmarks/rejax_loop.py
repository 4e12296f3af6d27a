"""Rejax's own PPO on a world that costs next to nothing: a published JAX learner.

It differs from our recipe where the package leaves no choice: one optimiser for each
network, gradients clipped element by element, no weight decay, clipped value errors.
None of that changes how much arithmetic a step takes. `dense_jax` has no such
differences; this file shows that `dense_jax` is not a straw man.

Reference: Liesen et al. 2024, "Rejax" (software), github.com/keraJLi/rejax.
"""

import jax
from gymnax.environments.spaces import Box, Discrete
from jax import Array
from rejax import PPO
from rejax.networks import DiscretePolicy, VNetwork

from benchmarks.dense_jax import Recipe, draw_world, timed


class FreeWorld:
    """A Gymnax-like world that shows prepared observations one after the other.

    Attributes:
        default_params: The observations, [moments, units].
    """

    def __init__(self, recipe: Recipe) -> None:
        """Draw the observations."""
        self.recipe = recipe
        world = draw_world(jax.random.key(0), recipe)
        self.default_params = world.observation.reshape(-1, recipe.inputs)

    def reset(self, key: Array, shown: Array) -> tuple[Array, Array]:
        """Start anywhere in the sequence; the state is the place in it."""
        place = jax.random.randint(key, (), 0, len(shown))
        return shown[place], place

    def step(
        self, key: Array, place: Array, action: Array, shown: Array
    ) -> tuple[Array, Array, Array, Array, dict]:
        """Go on to the next observation; reward and end come from one random number."""
        place = (place + 1) % len(shown)
        chance = jax.random.uniform(key)
        done = chance < self.recipe.end_rate
        return shown[place], place, chance - 0.5, done, {}

    def observation_space(self, shown: Array) -> Box:
        """Zeros and ones."""
        return Box(0.0, 1.0, (self.recipe.inputs,))

    def action_space(self, shown: Array) -> Discrete:
        """As many actions as the recipe says; none has an effect."""
        return Discrete(self.recipe.actions)


def learner(recipe: Recipe) -> PPO:
    """Rejax's PPO with the settings and network sizes of a recipe."""
    algorithm = PPO.create(
        env=FreeWorld(recipe),
        num_envs=recipe.num_envs,
        num_steps=recipe.num_steps,
        num_epochs=recipe.epochs,
        num_minibatches=recipe.minibatches,
        learning_rate=recipe.learning_rate,
        max_grad_norm=recipe.max_grad_norm,
        gamma=recipe.gamma,
        gae_lambda=recipe.lam,
        clip_eps=recipe.clip,
        ent_coef=recipe.entropy,
        vf_coef=recipe.value,
    )
    return algorithm.replace(
        actor=DiscretePolicy(recipe.actions, recipe.actor, jax.nn.relu),
        critic=VNetwork(recipe.critic, jax.nn.relu),
    )


def measure(iterations: int, *, recipe: Recipe | None = None) -> list[float]:
    """Environment steps per second, learning included, of each iteration.

    One more iteration, with the compilation, runs first and is not counted.

    Args:
        iterations: How many rollouts and updates to time.
        recipe: The settings; the experiment's if not given.
    """
    recipe = recipe or Recipe()
    algorithm = learner(recipe)
    iterate = jax.jit(lambda state: algorithm.train_iteration(state), donate_argnums=0)
    times = timed(iterate, algorithm.init_state(jax.random.key(0)), iterations)
    return [recipe.num_steps * recipe.num_envs / seconds for seconds in times]
