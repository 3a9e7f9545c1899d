"""Write text or draw digits with a trained network; see python _sample.py --help."""

import sys

from glassnet.__main__ import sample

if __name__ == "__main__":
    sys.exit(sample())
