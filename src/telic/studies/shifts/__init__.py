"""Shifts: is what an edit gives a goal, or a reflex of the boards that were trained?"""

from telic.studies.shifts.study import Shifts as Shifts
