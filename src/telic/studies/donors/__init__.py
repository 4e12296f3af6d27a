"""Donors: does an edit need a donor that is the agent's own parent?"""

from telic.studies.donors.study import Donors as Donors
