"""`python -m telic`, the same as `telic`."""

import sys

from telic.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
