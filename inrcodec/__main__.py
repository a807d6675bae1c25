"""`python -m inrcodec` is the program `inrcodec`; an interrupt while it loads is one line, as later."""

import sys


def main() -> int:
    """Run the program and return its exit code."""
    try:
        from inrcodec.cli.app import main as program
    except KeyboardInterrupt:
        print("inrcodec: interrupted", file=sys.stderr)  # noqa: T201
        return 130
    return program()


if __name__ == "__main__":
    sys.exit(main())
