"""The agent: parameters, the policy that uses them, and the spec of its world.

An agent is an immutable mapping from paths to arrays: an edit returns a new agent. It
is a pytree whose leaves are its parameters; policy and spec are static and part of the
cache key of every compiled program.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Shaped

from telic.core import trees
from telic.core.errors import InputError
from telic.core.html import html_table
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.policies import interventions, structure
from telic.policies.adapted import Adapted
from telic.policies.base import (
    HEADS,
    LOGITS,
    VALUE,
    Carry,
    Output,
    Params,
    Policy,
    Tap,
    Units,
    identity,
    renewed,
)
from telic.policies.distribution import Numbered
from telic.policies.observations import Observations, observed
from telic.policies.spec import Spec
from telic.rollouts.actor import remembers
from telic.rollouts.evaluate import episode_seeds, play
from telic.rollouts.rates import Rates, rates
from telic.worlds.base import World
from telic.worlds.objectives import Objective


class Agent(Mapping[str, Array]):
    """Parameters + policy + spec.

    Attributes:
        policy: The network kind.
        spec: The form of its observations and actions.

    Raises:
        InputError: If the parameters do not fit the policy and this spec, or the policy
            reads a goal and they have no table of goals. An actor alone, without the
            leaves that only the value needs, is an agent too.

    Example:
        >>> from telic.policies import MLP
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=8), Keys())
        >>> agent.logits(jnp.zeros((2, 5, 5), jnp.uint8)).shape
        (2, 7)
    """

    __slots__ = ("_params", "policy", "spec")
    _params: Tree
    policy: Policy
    spec: Spec

    def __init__(self, params: Mapping[str, Any], policy: Policy, spec: Spec) -> None:
        trees.check_tree(params, what="the agent")
        policy.check(spec)
        plain = interventions.weights(params)
        critic = structure.leaves_of(policy, spec) - structure.leaves_of(
            policy, spec, (LOGITS,)
        )
        heads = (LOGITS,) if critic and critic.isdisjoint(plain) else HEADS
        structure.check_shapes(policy, spec, plain, heads)
        reads = policy != policy.without_goal()
        interventions.check_goals(params, spec.goals, reads=reads)
        self._params, self.policy, self.spec = dict(params), policy, spec

    def __getitem__(self, path: str) -> Array:
        return self._params[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        """Policy, world and size in one line."""
        count = sum(leaf.size for leaf in self._params.values())
        return f"Agent({self.policy}, {self.spec.name}, {count:,} parameters)"

    @property
    def params(self) -> dict[str, Any]:
        """A copy of the parameters as a flat dict, interventions included.

        Changing it does not change the agent (`replace` makes another).
        """
        return dict(self._params)

    def _repr_html_(self) -> str:
        """A table for notebooks: every leaf with its shape and norm."""
        rows = [
            (
                path,
                " × ".join(map(str, leaf.shape)),
                f"{float(jnp.linalg.norm(leaf)):.3g}",
            )
            for path, leaf in self.params.items()
        ]
        return html_table((repr(self), "shape", "norm"), rows)

    def replace(self, params: Mapping[str, Array]) -> "Agent":
        """The agent with other parameters and the same policy; nothing is checked.

        Example:
            >>> from telic.policies import MLP
            >>> from telic.worlds import Keys
            >>> agent = create(jax.random.key(0), MLP(width=8), Keys())
            >>> moved = agent.replace({**agent, "actor/0/bias": jnp.ones(8)})
            >>> float(moved["actor/0/bias"][0])
            1.0
        """
        return _made(dict(params), self.policy, self.spec)

    def __call__(
        self,
        observations: Observations,
        carry: Carry | None = None,
        *,
        tap: Tap = identity,
        heads: tuple[str, ...] = HEADS,
    ) -> Output:
        """One step of the network, with the agent's interventions.

        Args:
            observations: (batch, ...) one per row, as the world returns them or, by
                their channels, as its Gymnasium environment does.
            carry: The memory before this step; None at the start of an episode.
            tap: Called with every site and its activations, after the agent's own
                interventions there; its result replaces the activations.
            heads: The outputs to compute, of `HEADS`.

        Raises:
            InputError: If the observations do not fit the agent's world, or an actor
                alone is asked for its value.
        """
        if VALUE in heads and VALUE not in self.heads:
            raise InputError(
                "the agent has no value",
                why="it is an actor alone: it holds what its logits depend on",
                fix='ask for its logits: agent.logits(obs), or heads=("logits",)',
            )
        seen = observed(self.spec, observations)
        carry = self.initial_carry(len(seen)) if carry is None else carry
        patches = _patches(self._params)
        nested = bool(patches) and remembers(self.policy.initial_carry(1))
        own: Carry = carry[0] if nested else carry  # type: ignore[index]
        donors: Carry = carry[1] if nested else ((),) * len(patches)  # type: ignore
        filled, after = {}, []
        for (site, k, donor), memory in zip(patches, donors, strict=True):
            filled[site, k], kept = self._filled(site, donor, seen, memory)
            after.append(kept)
        held = interventions.interventions_of(self._params)
        for site in held:
            check_name(site, self.sites, kind="site")

        def intervened(site: str, x: Array) -> Array:
            for k, leaves in enumerate(held.get(site, ())):
                x = interventions.intervene(leaves, x, filled.get((site, k)), seen)
            return tap(site, x)

        weights = interventions.weights(self._params)
        output = self.policy.apply(
            weights, self.spec, seen, own, tap=intervened, heads=heads
        )
        if not nested:
            return output
        return output._replace(carry=(output.carry, tuple(after)))

    def logits(self, observations: Observations) -> Float[Array, "batch actions"]:
        """Unnormalised log-probabilities of the actions, each row as a first step."""
        found = self(observations, heads=(LOGITS,)).logits
        assert found is not None
        return found

    def value(self, observations: Observations) -> Float[Array, " batch"]:
        """The critic's estimate of the discounted return, each row as a first step."""
        found = self(observations, heads=(VALUE,)).value
        assert found is not None
        return found

    def initial_carry(self, batch: int) -> Carry:
        """The memory at the start of an episode; an empty tuple if there is none.

        An agent with memory that is patched also carries the memory of its donors.
        """
        own = self.policy.initial_carry(batch)
        donors = _patches(self._params)
        if not (donors and remembers(own)):
            return own
        return own, tuple(self.policy.initial_carry(batch) for _ in donors)

    def act(
        self,
        observations: Observations,
        carry: Carry,
        uniform: Float[Array, "batch ..."],
        *,
        greedy: bool = False,
    ) -> tuple[Shaped[Array, "batch ..."], Float[Array, " batch"], Carry]:
        """One action for each observation, by inverting its distribution function.

        Args:
            observations: (batch, ...) one per row.
            carry: The memory before this step.
            uniform: A number in [0, 1) for each row, which selects its action; for
                actions that are rows, one for each entry.
            greedy: Take the most probable action instead, as an agent whose policy is
                greedy always does.

        Returns:
            The actions, their log-probabilities, and the memory after this step.
        """
        output = self(observations, carry, heads=(LOGITS,))
        assert output.logits is not None
        acts, greedy = self.spec.distribution, greedy or self.greedy
        action = acts.select(output.logits, uniform, greedy=greedy)
        return action, acts.log_prob(output.logits, action), output.carry

    def sample(
        self, key: jax.Array, observations: Observations, carry: Carry
    ) -> tuple[Shaped[Array, "batch ..."], Carry]:
        """One action drawn for each observation, and the memory after this step."""
        output = self(observations, carry, heads=(LOGITS,))
        assert output.logits is not None
        acts = self.spec.distribution
        if isinstance(acts, Numbered) and not self.greedy:
            return jax.random.categorical(key, output.logits), output.carry
        uniform = jax.random.uniform(key, (len(output.logits), *acts.draws))
        action = acts.select(output.logits, uniform, greedy=self.greedy)
        return action, output.carry

    def unroll(
        self,
        observations: Array,
        first: Bool[Array, "time batch"],
        carry: Carry,
        *,
        tap: Tap = identity,
        heads: tuple[str, ...] = HEADS,
    ) -> tuple[Output, Carry]:
        """The network over a stretch of time, with memory carried between steps.

        Args:
            observations: (time, batch, ...).
            first: Whether a step begins an episode, at which the memory is reset.
            carry: The memory before the first step.
            tap: As in a call; it sees one step at a time if the agent has memory, else
                all steps in one batch.
            heads: The outputs to compute.

        Returns:
            The output, its arrays (time, batch, ...), and the memory after each step,
            with the same leading axes.
        """
        shape = observations.shape[:2]
        if not remembers(carry):
            flat = observations.reshape(-1, *observations.shape[2:])
            output = self(flat, (), tap=tap, heads=heads)
            logits, value = (
                None if x is None else x.reshape(*shape, *x.shape[1:])
                for x in output[:2]
            )
            return Output(logits, value, ()), ()
        fresh = self.initial_carry(shape[1])

        def step(memory: Carry, now: tuple[Array, Array]) -> tuple[Carry, tuple]:
            seen, begins = now
            memory = renewed(begins, fresh, memory)
            output = self(seen, memory, tap=tap, heads=heads)
            return output.carry, (output[:2], output.carry)

        last, (found, after) = jax.lax.scan(step, carry, (observations, first))
        logits, value = found
        return Output(logits, value, last), after

    def log_probs(
        self,
        observations: Array,
        actions: Shaped[Array, "time batch ..."],
        first: Bool[Array, "time batch"],
        carry: Carry,
    ) -> Float[Array, "time batch"]:
        """The log-probability of every action of a rollout."""
        output, _ = self.unroll(observations, first, carry, heads=(LOGITS,))
        assert output.logits is not None
        return self.spec.distribution.log_prob(output.logits, actions)

    def evaluate(
        self,
        *,
        episodes: int = 256,
        key: int | jax.Array = 0,
        world: World | None = None,
        objectives: Sequence[Objective] = (),
        greedy: bool = False,
    ) -> Rates:
        """The mean measures of the agent over complete episodes.

        Agents evaluated with the same key start from the same initial states.

        Args:
            episodes: The number of episodes.
            key: The key of the episodes' initial states and noise.
            world: The world; None for the agent's own.
            objectives: The objectives to report returns under.
            greedy: Whether to take the most probable action at every step.

        Returns:
            By name: the mean count of every event per episode (a rate for an event that
            ends the episode), `length` in steps, and `return_NAME` of each objective.

        Raises:
            InputError: If the agent cannot act in the world, or has none.

        Example:
            >>> from telic.policies import MLP
            >>> from telic.worlds import Keys
            >>> agent = create(jax.random.key(0), MLP(width=8), Keys(limit=20))
            >>> 0 <= agent.evaluate(episodes=4)["pick_blue"] <= 1
            True
        """
        where = world or self.world
        seeds = episode_seeds(where, episodes, key=key)
        return rates(play(self, where, seeds, greedy=greedy), where, objectives)

    def check_world(self, world: World) -> None:
        """Raise unless the agent can act in a world.

        Raises:
            InputError: If not; it names the difference in observations or actions.
        """
        self.spec.check_world(world)

    def sampling(self) -> "Agent":
        """The same agent, sampling its actions even if its policy is greedy.

        Training needs it: what was never tried cannot be learnt from.
        """
        if not isinstance(self.policy, Adapted):
            return self
        policy = dataclasses.replace(self.policy, greedy=False)
        return _made(self._params, policy, self.spec)

    @property
    def greedy(self) -> bool:
        """Whether it always takes its most probable action (`Adapted`)."""
        return isinstance(self.policy, Adapted) and self.policy.greedy

    @property
    def world(self) -> World:
        """The world of the agent.

        Raises:
            InputError: If it has none, as an imported agent may.
        """
        if self.spec.world is None:
            raise InputError(
                "the agent knows no world",
                why="it was made without one",
                fix="name the world in which it is to act: world=",
            )
        return self.spec.world

    @property
    def sites(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of the activations at each site, without the batch, in order."""
        return structure.sites(self.policy, self.spec, *self._held)

    @property
    def units(self) -> Units:
        """The axes of leaves that run over the units of each site (`Use`)."""
        return self.policy.units(self.spec)

    @property
    def layers(self) -> tuple[structure.Layer, ...]:
        """The layers of the actor, in the order of the computation."""
        return structure.layers(self.policy, self.spec)

    def upstream(self, site: str) -> tuple[str, ...]:
        """The paths of the leaves on which the activations at a site depend, sorted.

        Raises:
            InputError: If there is no such site; the message holds the nearest name.
        """
        check_name(site, self.sites, kind="site")
        return structure.upstream(self.policy, self.spec, site)

    def net_of(self, site: str) -> frozenset[str]:
        """The paths of all leaves of the head that a site leads to."""
        shapes, _ = self._held
        head = structure.net_of(self.policy, self.spec, shapes, site)
        return structure.leaves_of(self.policy, self.spec, (head,))

    @property
    def actor(self) -> "Agent":
        """The agent without the leaves and interventions that only its value needs."""
        reached = structure.leaves_of(self.policy, self.spec, (LOGITS,))
        plain = structure.shapes_of(interventions.weights(self._params))
        sites = structure.sites(self.policy, self.spec, plain, (LOGITS,))
        stays = tuple(f"{interventions.PREFIX}{site}/" for site in sites)
        return self.replace(
            {
                path: leaf
                for path, leaf in self._params.items()
                if path in reached or path.startswith(stays)
            }
        )

    def _filled(
        self, site: str, donor: Params, seen: Array, carry: Carry
    ) -> tuple[Array, Carry]:
        """A donor's activations at a site, and its memory after this step."""
        params, found = {**interventions.weights(self._params), **donor}, {}
        shapes = structure.shapes_of(params)
        heads = (structure.net_of(self.policy, self.spec, shapes, site),)

        def note(at: str, x: Array) -> Array:
            found[at] = x
            return x

        output = self.policy.apply(
            params, self.spec, seen, carry, tap=note, heads=heads
        )
        return found[site], output.carry

    @property
    def heads(self) -> tuple[str, ...]:
        """The outputs that the agent has: an actor alone has no value."""
        return self._held[1]

    @property
    def _held(self) -> tuple[structure.Shapes, tuple[str, ...]]:
        """The shapes of its weights, and its heads."""
        plain = interventions.weights(self._params)
        whole = structure.leaves_of(self.policy, self.spec, (VALUE,)) <= set(plain)
        return structure.shapes_of(plain), HEADS if whole else (LOGITS,)


def check_agent(given: object, *, what: str, only: str = "computes") -> Agent:
    """The argument, checked to be an agent.

    Args:
        given: The argument.
        what: Its name, for the message.
        only: The ability that only an agent has, for the message.

    Raises:
        InputError: If it is not, such as a dict of arrays.
    """
    if isinstance(given, Agent):
        return given
    trees.check_tree(given, what=what)
    raise InputError(
        f"{what} is a {type(given).__name__}",
        why=f"only an agent {only}: a dict of arrays has no policy",
        fix="telic.Agent(params, policy, spec)",
    )


def create(key: jax.Array, policy: Policy, world: World) -> Agent:
    """A fresh agent for a world.

    Raises:
        InputError: If the policy does not fit the world.
    """
    spec = Spec.of(world)
    policy.check(spec)
    return _made(policy.init(key, spec), policy, spec)


def _patches(params: Params) -> list[tuple[str, int, Tree]]:
    """The donors that run beside an agent, with the site and index of each patch."""
    return [
        (site, k, interventions.donor(leaves))
        for site, held in sorted(interventions.interventions_of(params).items())
        for k, leaves in enumerate(held)
        if "mask" in leaves
    ]


def _made(params: dict[str, Any], policy: Policy, spec: Spec) -> Any:
    """An agent without checks: as a pytree, its leaves may be anything, even None.

    The return type is Any, as the run-time type checker of the tests would refuse such
    leaves.
    """
    agent = object.__new__(Agent)
    agent._params, agent.policy, agent.spec = params, policy, spec
    return agent


def _flatten(agent: Any) -> tuple[tuple, tuple]:
    """The leaves by sorted path, with the key paths of a dict."""
    paths = tuple(sorted(agent._params))
    keyed = tuple((jax.tree_util.DictKey(p), agent._params[p]) for p in paths)
    return keyed, (paths, agent.policy, agent.spec)


def _unflatten(static: tuple, leaves: Iterable) -> Any:
    """The agent from the leaves that `_flatten` returned."""
    paths, policy, spec = static
    return _made(dict(zip(paths, leaves, strict=True)), policy, spec)


jax.tree_util.register_pytree_with_keys(Agent, _flatten, _unflatten)
