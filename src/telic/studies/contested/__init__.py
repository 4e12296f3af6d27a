"""Contested: claims of recent papers, tried on agents whose goal was switched."""

from telic.studies.contested.study import Contested as Contested
