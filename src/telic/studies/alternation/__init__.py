"""The alternation study: can an agent be good at two objectives, again and again?"""

from telic.studies.alternation.study import Alternation as Alternation
