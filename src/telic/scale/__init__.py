"""Scale: one machine's cores today; the same list of work on each.

Results do not depend on how the work is spread: a run is one process, one core, one
thread, and everything random in it comes from its seed.
"""
