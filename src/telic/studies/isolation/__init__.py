"""The isolation study: does subtracting a second objective's vector reverse it?"""

from telic.studies.isolation.study import Isolation as Isolation
