"""Write text with a trained network: `python _sample.py --help`."""

import sys

from sample.command import main

if __name__ == "__main__":
    sys.exit(main())
