"""The retarget study: can an agent be given a goal that it was never trained on?"""

from telic.studies.retarget.study import Retarget as Retarget
