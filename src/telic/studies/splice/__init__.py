"""The splice study: where in an agent does its goal sit, and can it be moved?"""

from telic.studies.splice.study import SpliceStudy as SpliceStudy
