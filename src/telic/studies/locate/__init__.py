"""The locate study: where in natural agents does the goal sit, and who finds it?"""

from telic.studies.locate.study import Locate as Locate
