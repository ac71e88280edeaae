"""The measurements behind docs/performance.md."""

from __future__ import annotations

import argparse

from benchmarks import console, endure, growth, installed, speed, trouble


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (speed, installed, console, growth, trouble, endure):
        name = command.__name__.rpartition(".")[2]
        subparser = commands.add_parser(name, help=(command.__doc__ or "").partition(": ")[2])
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
