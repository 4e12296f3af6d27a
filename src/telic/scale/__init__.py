"""Scale: running work in parallel on the cores of one machine.

Results do not depend on how the work is spread: a run is one process, one core, one
thread, and everything random in it comes from its seed.
"""
