"""Train a network: python _training.py [RECIPE]; --help explains the options."""

import sys

from train.command import main

if __name__ == "__main__":
    sys.exit(main())
