"""The command line: one file a verb.

Exit codes: 0 success; 2 wrong arguments; 3 a damaged file; 4 a run that another process
is writing; 5 diverged training; 6 a disk error; 7 a world that fails or hangs; 70 a bug
in telic; 130 interrupted and 143 terminated, both resumable; 141 output closed.
"""
