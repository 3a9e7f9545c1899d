"""Show what neurons respond to; see `python _visualize.py --help`."""

import sys

try:
    from glassnet.visualize.command.main import main
except KeyboardInterrupt:  # while NumPy is imported
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
