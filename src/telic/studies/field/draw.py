"""The policy field as a picture: the outcome of every start on a board.

One board for each agent, in the order given: before an edit, after it, and after a
control. A cell has the colour and letter of the agent's most likely outcome from there,
so an agent's goal shows as the colour of its board, and an edit changes that colour.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from telic.render.style import INK, PAPER, label
from telic.studies.field.board import fill, write_letter
from telic.studies.field.field import Field
from telic.studies.field.starts import Face, draw_starts, face, letter

WIDE, COLUMNS = 9.0, 3
"""The width of the figure in inches, and the number of boards in a row."""

TITLE, BOARD, SHARES, LEGEND = 0.3, 2.84, 0.42, 0.86
"""The heights of the parts, in inches; boards are square."""

WORDS = (
    "Each cell is four starts: its top side is the agent that looks up at first, and so"
    " on. Letter and colour: how its walk most likely",
    "ends while the ball is held still; strength: how likely that is. Arrow: which way"
    " the agent leaves the cell. Bar: mean over all starts.",
)

MEMORY = (
    "An agent with memory is asked as in the first step of an episode, at every step of"
    " a walk: what it would remember is not in this picture.",
)

LINE = 0.18
"""The height of a line of words."""


def draw_field(field: Field) -> Figure:
    """One board for each agent, three in a row, with one legend below them all.

    Below each board are the outcome probabilities, averaged over all starts.

    Example:
        >>> import jax
        >>> from telic.policies import MLP, create
        >>> from telic.studies.field import field
        >>> from telic.worlds import Keys
        >>> world = Keys()
        >>> board = world.reset(world.sample_noise(jax.random.key(0)))
        >>> agent = create(jax.random.key(1), MLP(width=8), world)
        >>> figure = draw_field(field({"fresh": agent}, world, board))
        >>> [axes.get_title() for axes in figure.axes]  # board, shares, legend
        ['fresh', '', '']
    """
    rows = -(-len(field.agents) // COLUMNS)
    row = TITLE + BOARD + SHARES
    legend = LEGEND + LINE * (len(_words(field)) - len(WORDS))
    figure = Figure(figsize=(WIDE, rows * row + legend), facecolor=PAPER)
    for number, name in enumerate(field.agents):
        left, top = _place(number, len(field.agents))
        panel = _axes(figure, left, top + TITLE, BOARD, BOARD)
        panel.set_title(label(name, longest=38), fontsize=9.5, color=INK, pad=6)
        draw_starts(panel, field, number)
        below = _axes(figure, left, top + TITLE + BOARD, BOARD, SHARES)
        _shares(below, field, number)
    _legend(_axes(figure, 0.0, rows * row, WIDE, legend), field, legend)
    return figure


def _place(number: int, count: int) -> tuple[float, float]:
    """The left and top of an agent's part of the figure, in inches."""
    columns = min(COLUMNS, count)
    down, along = divmod(number, columns)
    middle = WIDE / 2 + (along - (columns - 1) / 2) * WIDE / COLUMNS
    return middle - BOARD / 2, down * (TITLE + BOARD + SHARES)


def _axes(figure: Figure, left: float, top: float, wide: float, high: float) -> Axes:
    """Bare axes at a place in inches, from the top left corner of the figure."""
    width, height = figure.get_size_inches().tolist()
    bottom = 1 - (top + high) / height
    axes = figure.add_axes((left / width, bottom, wide / width, high / height))
    axes.set_axis_off()
    return axes


def _shares(axes: Axes, field: Field, number: int) -> None:
    """Draw the outcome probabilities over all starts: a bar, and the numbers."""
    axes.set(xlim=(0, 1), ylim=(SHARES, 0))
    shares = field.overall[number].tolist()
    size, left = 8.5 * _closeness(field), 0.0
    for slot, (outcome, share) in enumerate(zip(field.outcomes, shares, strict=True)):
        shown, at = face(outcome, field.limit), (slot + 0.5) / len(shares)
        fill(axes, [Rectangle((left, 0.07), share, 0.11)], shown.colour)
        text, bold = f"{shown.letter} {_percent(share)}", share == max(shares)
        write_letter(axes, (at, 0.29), text, size=size, colour=shown.colour, bold=bold)
        left += share


def _words(field: Field) -> tuple[str, ...]:
    """The lines of text that explain the picture."""
    return (*WORDS, *MEMORY) if field.memory else WORDS


def _legend(axes: Axes, field: Field, high: float) -> None:
    """Draw the legend: letters, colours, strengths, and the text."""
    axes.set(xlim=(0, WIDE), ylim=(high, 0))
    faces = [face(outcome, field.limit) for outcome in field.outcomes]
    for slot, shown in enumerate(faces):
        at = 0.1 + 1.17 * _closeness(field) * slot
        _swatch(axes, at, shown, shown.words, size=8.5 * _closeness(field))
    for slot, chance in enumerate((0.25, 0.5, 1.0)):
        _swatch(axes, 6.92 + 0.66 * slot, faces[0], _percent(chance), chance=chance)
    for line, words in enumerate(_words(field)):
        at = (0.1, 0.46 + LINE * line)
        write_letter(axes, at, words, size=8.8, colour=INK, bold=False, align="left")


def _swatch(
    axes: Axes,
    left: float,
    shown: Face,
    words: str,
    *,
    chance: float = 1.0,
    size: float = 8.5,
) -> None:
    """Draw a square in the colour and letter of an outcome, with words beside it."""
    fill(axes, [Rectangle((left, 0.1), 0.17, 0.17)], shown.colour, alpha=chance)
    letter(axes, (left + 0.085, 0.19), shown, size=7.5, chance=chance)
    at = (left + 0.23, 0.19)
    write_letter(axes, at, words, size=size, colour=INK, bold=False, align="left")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _closeness(field: Field) -> float:
    """The factor by which many outcomes are squeezed; 1 for up to five."""
    return min(1.0, 5 / len(field.outcomes))
