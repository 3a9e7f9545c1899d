"""Train a network: python _training.py [RECIPE]; --help explains the options."""

import sys

from glassnet.__main__ import train

if __name__ == "__main__":
    sys.exit(train())
