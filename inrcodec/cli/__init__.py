"""The command line: parse, call, print. One file is one command; nobody imports this package."""
