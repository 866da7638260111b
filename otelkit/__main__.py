"""``python -m otelkit`` is the ``otelkit`` command.

Nothing else lives here: the command is in ``otelkit.cli``.
"""

import sys

from otelkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
