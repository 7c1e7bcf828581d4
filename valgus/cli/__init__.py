"""The command line: words, printing and exit statuses; everything heavy is imported inside the commands."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from valgus import __version__, memory
from valgus.errors import ValgusError, unexpected

#: Every command and where it lives; a module is imported only when its command runs or shows its help.
COMMANDS = {
    "analyze": "valgus.cli.analyze:analyze",
    "batch": "valgus.cli.batch:batch",
    "collect": "valgus.cli.collect:collect",
    "check": "valgus.cli.check:check",
    "compare": "valgus.cli.compare:compare",
    "progress": "valgus.cli.over_time:progress",
    "plan": "valgus.cli.plan:plan",
    "report": "valgus.cli.report:report",
    "export": "valgus.cli.export:export",
    "rerun": "valgus.cli.rerun:rerun",
    "methods": "valgus.cli.methods:methods",
    "bands": "valgus.cli.bands:bands",
    "contract": "valgus.cli.contract:contract",
    "validate": "valgus.cli.validate:validate",
    "repeatability": "valgus.cli.repeatability:repeatability",
    "agree": "valgus.cli.agree:agree",
    "rate": "valgus.cli.rate:rate",
    "stickers": "valgus.cli.stickers:stickers",
    "models": "valgus.cli.models:models",
    "verify": "valgus.cli.verify:verify",
}
HELP = {
    "analyze": "Measure the knee in a clip: FPPA per rep, with its error.",
    "batch": "Measure every clip below a folder, and go on where it stopped.",
    "collect": "Put saved analyses into one table.",
    "check": "Say whether a clip is filmed well enough, and what to film again.",
    "compare": "Show two analyses side by side: left and right, or before and after.",
    "progress": "Show one person over time, against measurement error.",
    "plan": "Say what to do until the next test.",
    "report": "Write the page of a saved analysis again.",
    "export": "Write saved analyses as CSV, Parquet, TRC, MOT, C3D or JSON.",
    "rerun": "Compute a saved analysis again and compare the numbers.",
    "methods": "Print what was done to a clip, as a paragraph for a paper.",
    "bands": "Print every threshold with its source.",
    "contract": "Print what every column means, for programs.",
    "validate": "Say whether files are as the contract says, and where not.",
    "repeatability": "Measure your own error between sessions (SEM, MDC, ICC).",
    "agree": "Say how well two measurements of the same reps agree.",
    "rate": "Write a page on which a rater points at the joints by hand.",
    "stickers": "Write a page to print: hip stickers for pelvic drop.",
    "models": "List, fetch and verify pose models.",
    "verify": "Measure rendered people: how accurate is this installation?",
}
INTERRUPTED = 130
OUT_OF_MEMORY = "There was not enough memory. Close other programs, or export the clip at a smaller size."
NO_PERMISSION = "{name}: this user may not look there. Allow it, or choose another place."
#: Environment variable that shows developers where an unexpected error came from.
TRACEBACK = "VALGUS_TRACEBACK"


class LazyGroup(click.Group):
    """A group that knows its commands by name, so that --help is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(HELP.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: valgus analyze clip.mp4",
)
@click.version_option(__version__, prog_name="valgus")
def cli() -> None:
    """Measure how well a knee is controlled in single-leg tasks, from a phone video.

    Exercise feedback and research; not a medical device, no diagnosis, no clearance. Nothing leaves this
    machine.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with the exit status of what happened."""
    interruption = _Interruption()
    signal.signal(signal.SIGTERM, interruption)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # in the background it is ignored
        signal.signal(signal.SIGINT, interruption)
    try:
        memory.check_addresses(memory.AT_LEAST_MB)
        status = cli.main(args=arguments, prog_name="valgus", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        status = _say_last()
    except click.ClickException as wrong:
        wrong.show()
        status = wrong.exit_code
    except ValgusError as wrong:
        status = _say(str(wrong), wrong.exit_status)
    except BrokenPipeError:  # the reader of our output has left, for example `| head`
        sys.stderr.close()
        status = 0
    except Exception as wrong:
        status = _say_last() if interruption.came else _say_unforeseen(wrong)
    sys.exit(status or 0)


class _Interruption:
    """Ctrl-C and a request to end, as KeyboardInterrupt.

    A compiled module that is being loaded at that moment turns it into another error (SciPy: ImportError,
    "initialization failed"), so that it came is remembered.
    """

    def __init__(self) -> None:
        self.came = False

    def __call__(self, *_: object) -> None:
        self.came = True
        raise KeyboardInterrupt


def _say_last() -> int:
    """Say that it was interrupted, and have native threads that still run say nothing more."""
    status = _say("Interrupted; nothing half-finished was left.", INTERRUPTED)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    return status


def _say_unforeseen(wrong: Exception) -> int:
    """Tell in a line what nobody has made a sentence for; lack of memory comes as many kinds of error."""
    if os.environ.get(TRACEBACK):
        raise wrong
    if isinstance(wrong, PermissionError) and wrong.filename is not None:
        return _say(NO_PERMISSION.format(name=Path(os.fsdecode(wrong.filename)).name), 1)
    return _say(OUT_OF_MEMORY if _is_lack_of_memory(wrong) else str(unexpected(wrong)), 1)


def _is_lack_of_memory(wrong: BaseException) -> bool:
    # A library that does not fit is told as an ImportError or an OSError, by its text alone.
    said = ("failed to map segment", "annot allocate memory", "can't start new thread")
    if isinstance(wrong, MemoryError) or any(words in str(wrong) for words in said):
        return True
    cause = wrong.__cause__ or wrong.__context__
    return cause is not None and _is_lack_of_memory(cause)


def _say(message: str, status: int) -> int:
    click.echo(message, err=True)
    return status
