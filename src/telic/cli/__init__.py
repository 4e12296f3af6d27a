"""The command line: one file a verb.

Exit codes: 0 all went well; 2 wrong arguments; 3 a file is damaged; 4 the run is being
written by another process; 5 training diverged; 6 the disk refused; 70 a bug in telic;
130 interrupted, and resumable.
"""
