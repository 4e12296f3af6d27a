"""The retarget study: can an edit give an agent a goal it was never trained on?"""

from telic.studies.retarget.study import Retarget as Retarget
