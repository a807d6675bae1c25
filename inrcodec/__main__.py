"""`python -m inrcodec` is the program `inrcodec`; an interrupt while it loads is one line, as later."""

import gc
import sys
import time

BEGUN = time.monotonic()

YOUNG = 50_000  # objects that are made before garbage is looked for: a sixth of a start went into looking


def main() -> int:
    """Run the program and return its exit code."""
    gc.set_threshold(YOUNG)
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
