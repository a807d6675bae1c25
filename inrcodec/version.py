"""The version of the package, also written into files as the name of their encoder."""

__version__ = "0.1.0"
