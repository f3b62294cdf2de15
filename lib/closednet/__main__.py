"""
`python -m closednet` and the command `closednet`.
"""

from __future__ import annotations

import sys

from closednet.cli.main import main


if __name__ == "__main__":
    sys.exit(main())
