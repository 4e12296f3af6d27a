"""Policy fields: what agents would do from every place of a board, and the picture."""

from telic.studies.field.draw import draw_field as draw_field
from telic.studies.field.field import field as field
