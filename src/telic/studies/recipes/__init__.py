"""The recipes study: does where the goal sits depend on how the agent was trained?"""

from telic.studies.recipes.study import Recipes as Recipes
