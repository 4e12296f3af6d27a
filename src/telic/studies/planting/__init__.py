"""The planting study: goals planted in copies of one agent, to score locators."""

from telic.studies.planting.study import Planting as Planting
