"""`python -m kitsulite` is `kitsulite`."""

import sys

from kitsulite.cli import main

sys.exit(main())
