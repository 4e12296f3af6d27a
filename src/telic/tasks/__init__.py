"""Tasks: a world and an objective together, as other code knows environments.

To import this room makes `telic/Keys-v0` known to Gymnasium.
"""

from telic.tasks.gymnasium_keys import KeysEnv as KeysEnv
from telic.tasks.gymnasium_keys import register as register
from telic.tasks.gymnasium_vector import KeysVectorEnv as KeysVectorEnv

register()
