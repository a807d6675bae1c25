"""`python -m inrcodec` is the program `inrcodec`."""

import sys

from inrcodec.cli.app import main

sys.exit(main())
