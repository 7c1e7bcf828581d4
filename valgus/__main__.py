"""``python -m valgus``: the command line, where the program itself is not on the path."""

from valgus.cli import main

main()
