"""The splice study: where in an agent is its goal, and can an edit move it?"""

from telic.studies.splice.study import SpliceStudy as SpliceStudy
