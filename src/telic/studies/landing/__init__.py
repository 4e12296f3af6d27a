"""The landing study: agents that learn to land, at any cost of fuel."""

from telic.studies.landing.study import Landing as Landing
