"""Tasks: a world with an objective, as a Gymnasium environment.

Importing this package registers `telic/Keys-v0` and `telic/mo-Keys-v0` with Gymnasium.
"""

from telic.tasks.gymnasium_keys import KeysEnv as KeysEnv
from telic.tasks.gymnasium_keys import register as register
from telic.tasks.gymnasium_vector import KeysVectorEnv as KeysVectorEnv
from telic.tasks.multi_keys import MultiKeysEnv as MultiKeysEnv

register()
