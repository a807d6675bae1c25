"""The encode path: `options`, checked against the pictures (`resolve`, `design`), forecast (`plan`), fit and bytes.

`add` appends to a file that exists.
"""
