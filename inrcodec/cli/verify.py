"""`inrcodec verify`: is every byte of a file intact?"""

from __future__ import annotations

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.opening import open_archive, open_signal
from inrcodec.cli.options import File, Json, Quiet, Verbose, epilog
from inrcodec.errors import InrError

EPILOG = epilog(
    ("inrcodec verify set.inr", "inrcodec verify set.inr --json"),
    ("file, ok, error (null when ok), images (null of a sound, clip or shape), file_size",),
)


def verify(file: File, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check every CRC of a file and decode all its blocks; exit code 3 when something is wrong."""
    console = Console(quiet, verbose)
    try:
        if (signal := open_signal(file)) is not None:
            signal.verify()
            if json:
                print_json(_intact(file, None, signal.file_size))
            else:
                print(f"{file}: ok, one {signal.kind}, {signal.file_size:,} bytes")
            return
        archive = open_archive(file)
        console.detail("every CRC is right; decoding all blocks")
        archive.verify()
    except InrError as error:
        if json and error.exit_code == 3:
            print_json({"file": file, "ok": False, "error": error.message, "images": None, "file_size": None})
        raise
    if json:
        print_json(_intact(file, len(archive), archive.file_size))
    else:
        print(f"{file}: ok, {len(archive):,} images, {archive.file_size:,} bytes")


def _intact(file: str, images: int | None, size: int) -> dict[str, object]:
    return {"file": file, "ok": True, "error": None, "images": images, "file_size": size}
