"""The recipes study: does the goal's location depend on how the agent was trained?"""

from telic.studies.recipes.study import Recipes as Recipes
