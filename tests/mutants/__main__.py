"""`python -m tests.mutants [NAME ...]`."""

import sys

from tests.mutants.harness import main

sys.exit(main(sys.argv[1:]))
