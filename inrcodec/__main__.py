"""`python -m inrcodec` is the program `inrcodec`; an interrupt while it loads is one line, as later."""

import sys
import time

BEGUN = time.monotonic()


def main() -> int:
    """Run the program and return its exit code."""
    try:
        from inrcodec.cli import loading
        from inrcodec.cli.app import main as program
    except KeyboardInterrupt:
        print("inrcodec: interrupted", file=sys.stderr)  # noqa: T201
        return 130
    loading.BEGUN.set(BEGUN)
    return program()


if __name__ == "__main__":
    sys.exit(main())
