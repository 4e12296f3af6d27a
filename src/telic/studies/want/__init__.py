"""Want: what an agent's choices say that it wants, beside what it was trained for.

It is no study with stored rows: its agent may be an edit that was just thought of. So
it stands beside the studies, and the verb `telic want` calls it.
"""

from telic.studies.want.ask import Asked as Asked
from telic.studies.want.ask import Settings as Settings
from telic.studies.want.ask import ask as ask
