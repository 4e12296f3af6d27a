"""The held-out study: do goal edits generalise better if more goals were trained?"""

from telic.studies.held_out.study import HeldOut as HeldOut
