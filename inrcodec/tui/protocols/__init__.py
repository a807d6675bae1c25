"""Pixels in the words of terminals; file name = value of --images."""
