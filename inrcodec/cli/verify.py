"""`inrcodec verify`: is every byte of a file intact?"""

from __future__ import annotations

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.opening import open_archive
from inrcodec.cli.options import File, Json, Quiet, Verbose, epilog
from inrcodec.errors import InrError

EPILOG = epilog(
    ("inrcodec verify set.inr", "inrcodec verify set.inr --json"),
    ("file, ok, error (null when ok), images, file_size",),
)


def verify(file: File, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check every CRC of a file and decode all its blocks; exit code 3 when something is wrong."""
    console = Console(quiet, verbose)
    try:
        archive = open_archive(file)
        console.detail("every CRC is right; decoding all blocks")
        archive.verify()
    except InrError as error:
        if json and error.exit_code == 3:
            print_json({"file": file, "ok": False, "error": error.message, "images": None, "file_size": None})
        raise
    if json:
        print_json({"file": file, "ok": True, "error": None, "images": len(archive), "file_size": archive.file_size})
    else:
        print(f"{file}: ok, {len(archive):,} images, {archive.file_size:,} bytes")
