"""Ink: what tables, figures and pages look like. Nothing here computes a result.

It stands below the studies, whose pages choose what to draw.
"""
