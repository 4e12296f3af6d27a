"""Rendering of tables, figures and pages. Nothing here computes a result.

Studies import it, and their pages choose what to draw.
"""
