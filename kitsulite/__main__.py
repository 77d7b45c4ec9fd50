"""`python -m kitsulite` is `kitsulite`."""

import sys


def run(arguments: list[str] | None = None) -> int:
    """Carry out one command; its exit code. Ctrl-C ends it in a line, also while most of it is still to be loaded."""
    try:
        from kitsulite.cli import main

        return main(arguments)
    except KeyboardInterrupt:
        print("kitsulite: interrupted.", file=sys.stderr)
        return INTERRUPTED


INTERRUPTED = 130
"""What a shell makes of Ctrl-C."""

if __name__ == "__main__":
    sys.exit(run())
