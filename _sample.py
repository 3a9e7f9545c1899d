"""Write text with a trained network: `python _sample.py --help`."""

import sys

try:
    from glassnet.sample.command import main
except KeyboardInterrupt:  # while NumPy is imported
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
