"""What a user gets wrong in Python is answered with what to do, and never by JAX.

The cases run in one process of their own, as a user's do: here every call checks the
types of its arguments before any of our own checks is reached.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.runs.small import make

pytestmark = pytest.mark.e2e

SETTING = """
import jax, numpy as np, telic
world, code = telic.Keys(limit=20), telic.Keys.preset("code")
parts = {"world": world, "rollout": telic.RolloutConfig(num_envs=4, num_steps=8)}
from telic.training import init_state, train_phase
state = init_state(0, policy=telic.MLP(width=8), **parts)
agent, key = state.agent, jax.random.key(0)
how = {"rollouts": 1, "ppo": telic.PPOConfig(), **parts}
given = telic.episode_seeds(world, 4, key=key)
small, large = (telic.MLP(width=8, actor_layers=n) for n in (3, 5))
seen = np.zeros((2, 5, 5), np.uint8)
floats = world.encoding[seen]
class Model: pass
"""

CASES = {
    "train_phase(state, 'blue', **how)": ["an objective", "telic.fetch('blue')"],
    "train_phase(state, None, **how)": ["train for None", "an objective"],
    "train_phase(state, np.zeros(3), **how)": ["shape (3,)", "16 events"],
    "train_phase(state, telic.landing_objective('land'), **how)": ["no event 'crash'"],
    "telic.Agent(agent, small, agent.spec)": ["'actor/3/bias'", "actor_layers=3"],
    "telic.Agent(agent, large, agent.spec)": ["'actor/4/bias'", "actor_layers=5"],
    "telic.Agent('x', small, agent.spec)": ["the agent is 'x'", "a dict of arrays"],
    "telic.play(Model(), world, given)": ["the agent is a Model", "telic.Agent("],
    "telic.play(dict(agent), world, given)": ["the agent is a dict", "telic.Agent("],
    "telic.play(agent, code, given)": ["episode seeds for a time limit of 20"],
    "telic.play(agent, code, telic.episode_seeds(code, 4, key=key))": [
        "the agent takes 500 inputs, the world Keys gives 147"
    ],
    "telic.capture(agent, 'purple')": ["observations", "array"],
    "telic.capture(agent, seen, 'actor/9/post')": ["no site"],
    "telic.capture(agent, seen.astype(float))": ["astype(int)"],
    "telic.capture(dict(agent), seen)": ["the agent is a dict", "telic.Agent("],
    "telic.contrast_pair(agent, 'blue')": ["'blue', a str"],
    "telic.contrast_pair(agent, dict(agent))": ["an agent is a dict", "telic.Agent("],
    "telic.contrast_pair(agent, agent, observations=seen[0])": ["[None]"],
    "telic.Graft('x', 'y')": ["donor is 'x', a str", "a dict of arrays"],
    "telic.Graft(agent, 'y')": ["mask is 'y', a str"],
    "telic.Graft(agent, {'actor/0/bias': [True]})": ["mask is", "a dict of arrays"],
    "telic.Add(3.0)": ["vector is 3.0, a float"],
    "telic.Splice(None, ('actor/0',))": ["donor is None"],
    "telic.Steer('actor/0/post', np.zeros(8))(dict(agent))": ["only an agent has"],
    "telic.Relabel((12,), (13,))(dict(agent))": ["only an agent knows", "telic.Agent("],
    "agent.actor.value(seen)": ["the agent has no value", "an actor alone"],
    "telic.LOCATORS['Magnitude']": ["no locator 'Magnitude'", "'magnitude'?"],
    "telic.EDITS['grafts']": ["no edit 'grafts'", "'graft'?"],
    "telic.WORLDS[3]": ["no world '3'", "known: keys"],
    "telic.load('demo', 'nowhere')": ["there is no run 'demo'"],
    "telic.load(run).agent('blue')": ["trained in phases 0, 2", ".agent(2)"],
    "telic.load(run).agent(7)": ["no phase 7"],
    "telic.load(run).agent(1)": ["no checkpoint", "telic resume"],
}

FINE = {
    "(list(train_phase(state, telic.fetch('blue'), **how)), state.agent)[1]": "Agent",
    "telic.Agent(dict(agent), agent.policy, agent.spec)": "Agent",
    "telic.capture(agent, seen)": "dict",
    "telic.capture(agent, seen.astype(np.int64))": "dict",
    "telic.capture(agent, seen.reshape(2, 25))": "dict",
    "telic.capture(agent, floats)": "dict",
    "telic.capture(agent, floats.reshape(2, 500))": "dict",
}

CHILD = """
import json, sys
from telic.core.errors import TelicError
setting, cases, run = json.load(sys.stdin)
names, found = {"run": run}, {}
exec(setting, names)
for case in cases:
    try:
        found[case] = ["fine", type(eval(case, names)).__name__]
    except TelicError as error:
        found[case] = ["refused", str(error)]
    except Exception as error:
        found[case] = ["fell", f"{type(error).__name__}: {error}"]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """How every case ended, and what was said."""
    run = make(tmp_path_factory.mktemp("misuse"))
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([SETTING, [*CASES, *FINE], str(run.path)]),
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return json.loads(child.stdout)


@pytest.mark.parametrize(("case", "words"), CASES.items(), ids=CASES)
def test_a_wrong_call_is_refused_with_what_to_do(answers, case, words):
    ended, text = answers[case]
    assert ended == "refused", text
    assert all(word in text for word in words), text


@pytest.mark.parametrize(("case", "kind"), FINE.items(), ids=FINE)
def test_a_right_call_is_not(answers, case, kind):
    assert answers[case] == ["fine", kind]
