"""Show what neurons respond to; see `python _visualize.py --help`."""

import sys

from visualize.command import main

if __name__ == "__main__":
    sys.exit(main())
