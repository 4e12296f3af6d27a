"""Policy fields: an agent's actions and outcomes from every pose on a board, drawn."""

from telic.studies.field.draw import draw_field as draw_field
from telic.studies.field.field import field as field
