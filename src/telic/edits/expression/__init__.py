"""Expressions: edited agents by name, as in `purple@23 + 1.5 * mean(blue - purple)`."""

from telic.edits.expression.evaluate import AgentSource as AgentSource
from telic.edits.expression.evaluate import Value as Value
from telic.edits.expression.evaluate import difference as difference
from telic.edits.expression.evaluate import evaluate as evaluate
from telic.edits.expression.functions import FUNCTIONS as FUNCTIONS
from telic.expressions.faults import ExpressionError as ExpressionError
from telic.expressions.syntax import parse as parse
