"""The probes study: in one network with several goals, is the told one to be read?"""

from telic.studies.probes.study import Probes as Probes
