"""The held-out study: does a goal move further if more goals were trained?"""

from telic.studies.held_out.study import HeldOut as HeldOut
