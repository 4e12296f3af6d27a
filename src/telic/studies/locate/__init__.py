"""The locate study: where is the goal in trained agents, and which locators find it?"""

from telic.studies.locate.study import Locate as Locate
