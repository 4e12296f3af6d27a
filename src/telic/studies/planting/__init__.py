"""The planting study: goals planted in copies of one agent, and who finds them."""

from telic.studies.planting.study import Planting as Planting
