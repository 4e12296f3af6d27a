"""The isolation study: does subtracting what a second objective taught reverse it?"""

from telic.studies.isolation.study import Isolation as Isolation
