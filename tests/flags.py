"""XLA's flags for tests: programs that compile quickly, or that run quickly.

Most tests compile many small programs and run each for a moment; what trains for real
does so in a process of its own, with `TRAINING`. XLA_FLAGS, if it is set, is obeyed.
"""

TRAINING = "--xla_cpu_multi_thread_eigen=false"
"""One thread, as `telic.scale.engine` has it."""

# The fusion emitters cost more than all of LLVM does at level 0: to train and play for
# a moment takes half the seconds without them, and a tenth less in one piece.
COMPILING = (
    f"{TRAINING} --xla_backend_optimization_level=0"
    " --xla_llvm_disable_expensive_passes=true"
    " --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
)
"""One thread, and no time spent on making programs fast."""
