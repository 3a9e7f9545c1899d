"""Show what the neurons of a network respond to; see python _visualize.py --help."""

import sys

from glassnet.__main__ import visualize

if __name__ == "__main__":
    sys.exit(visualize())
