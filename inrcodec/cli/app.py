"""The program `inrcodec`: its commands, and what an error looks like (one line on stderr and an exit code)."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer

from inrcodec.cli.conflicts import Checked
from inrcodec.cli.defaults import config_path, read_defaults
from inrcodec.cli.interrupt import SIGNALED
from inrcodec.cli.options import epilog
from inrcodec.cli.spelling import spelled
from inrcodec.cli.streams import mend_streams
from inrcodec.errors import InrError, UsageError

ENVIRONMENT = {  # of a command, unless it is set
    "OPENBLAS_NUM_THREADS": "1",  # a second one gains nothing here, and spins
    "NUMBA_OPT": "2",  # kernels are vectors already: what else could be made so takes a quarter longer to compile
    "NUMBA_LOOP_VECTORIZE": "0",
    "NUMBA_SLP_VECTORIZE": "0",
}
INSTALLED_BY = {
    "torch": "pip install torch (without an NVIDIA card: --index-url https://download.pytorch.org/whl/cpu)",
    "skimage": "pip install scikit-image",
    "PIL": "pip install pillow",
    "pyarrow": "pip install 'inrcodec[collections]'",
    "ray": "pip install 'inrcodec[ray]'",
    "fsspec": "pip install 'inrcodec[remote]'",
}
INTERRUPTED = 130
EXIT_CODES = (
    "[bold]Exit codes[/bold]  0 done, 1 failed, 2 usage or output exists, 3 corrupt or unsupported file, "
    "4 time limit or target missed (file still written), 5 done but some inputs were skipped, 6 both 4 and 5, "
    "130 Ctrl-C, 143 SIGTERM, 129 SIGHUP"
)

COMMANDS = (  # in the order of the help; each is a function in a module of that name
    "encode",
    "fit",
    "add",
    "remove",
    "replace",
    "decode",
    "derive",
    "fuse",
    "info",
    "verify",
    "report",
    "index",
    "neighbors",
    "pairs",
    "morph",
    "browse",
    "compare",
    "study",
)


def program(*names: str) -> Any:
    """Commands with their options, as the library that parses them holds them; all, or those that are named."""
    app = typer.Typer(
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=epilog(("inrcodec encode ./thumbs -o set.inr", "inrcodec decode set.inr --size 256"))
        + "\n\n"
        + EXIT_CODES,
    )
    app.callback(invoke_without_command=True)(_program)
    for name in names or COMMANDS:
        module = import_module(f"inrcodec.cli.{name}")
        app.command(name, cls=Checked, epilog=module.EPILOG)(getattr(module, name))
    return typer.main.get_command(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from inrcodec import __version__

        print(f"inrcodec {__version__}")
        raise typer.Exit


def _program(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("-V", "--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
) -> None:
    """A folder of images as one small .inr file; any image comes back at any size."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; `--debug` may stand anywhere on the line."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    mend_streams()
    _never_fail_to_print(debug)
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        _refuse_empty(words)
        plain = [word for word in words if word != "--debug"]
        run = program(*plain[:1] if plain and plain[0] in COMMANDS else ())  # the others are not loaded
        code = run(plain, prog_name="inrcodec", standalone_mode=False, default_map=_defaults(plain))
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    except SystemExit as end:
        if isinstance(end.code, int) and end.code > SIGNALED:
            _complain("interrupted")
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # not only Exception: a panic of the entropy coder's native code derives from this
        return _failed(error, debug)
    if code == INTERRUPTED:
        _complain("interrupted")
    return code if isinstance(code, int) else 0


def _defaults(words: Sequence[str]) -> dict[str, Any]:
    """What the user's file says; nothing where only help is asked for, which comes in any case."""
    if {*words} & {"-h", "--help", "-V", "--version"}:
        return {}
    path = config_path()
    if path is None or not path.is_file():
        return {}
    return read_defaults(path, _options)


def _options() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(one.name for one in command.params if one.param_type_name == "option" and one.name)
        for name, command in program().commands.items()
    }


def _refuse_empty(words: Sequence[str]) -> None:
    """No argument means anything when it is empty; a variable that is not set makes one."""
    for before, word in zip(("", *words), words, strict=False):
        option = before if before.startswith("-") and before != "--" else f"an argument after {before or 'inrcodec'}"
        if not word or (word.startswith("--") and word.endswith("=")):
            raise UsageError(f"{word[:-1] or option} is empty; was a variable not set?")


def _failed(error: BaseException, debug: bool) -> int:
    """Say in one line what went wrong; returns the exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt):
        _complain("interrupted")
        return INTERRUPTED
    if isinstance(error, InrError):
        _complain(f"error: {spelled(error.message)}")
        return error.exit_code
    if hasattr(error, "format_message"):  # Typer's own Click; the name of its base class differs between versions
        _complain(f"error: {error.format_message().rstrip('.')}{_from_defaults(error)}; see {_help_of(error)}")
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("inrcodec"):
        package = error.name.partition(".")[0]
        cure = INSTALLED_BY.get(package, f"pip install {package}")
        _complain(f"error: this needs {package}, which is not installed; install it with: {cure}")
    elif isinstance(error, MemoryError):
        _complain("error: not enough memory; ask for a smaller size or fewer images")
    elif isinstance(error, OSError) and error.strerror:
        _complain(f"error: {error.filename or 'system'}: {error.strerror}")
    else:
        _complain(f"error: unexpected {type(error).__name__}: {error}; run with --debug to see where")
    return 1


def _complain(text: str) -> None:
    from inrcodec.exporters.naming import displayed

    print("inrcodec: " + displayed(" ".join(text.split())), file=sys.stderr, flush=True)


def _help_of(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'inrcodec'} -h"


def _from_defaults(error: BaseException) -> str:
    """Where a wrong value came from, if nobody typed it."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    source = context.get_parameter_source(parameter.name) if context and parameter else None
    return f" (set in {config_path()})" if getattr(source, "name", "") == "DEFAULT_MAP" else ""


def _never_fail_to_print(debug: bool) -> None:
    """Odd file names must not break a print, and libraries' warnings are not the user's to read."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not debug:
        warnings.simplefilter("ignore")


def _reader_gone() -> int:
    """`inrcodec report set.inr | head`: stop without a word, also at the interpreter's own last flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


if __name__ == "__main__":
    sys.exit(main())
