"""Train a network: python _training.py [RECIPE]; --help explains the options."""

import sys

try:
    from glassnet.train.command.main import main
except KeyboardInterrupt:  # while NumPy is imported
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
