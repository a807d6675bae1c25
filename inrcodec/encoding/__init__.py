"""The encode path: what is asked (`request`, `design`), the forecast (`plan`), the fit and the bytes (`encode`).

`add` appends to a file that exists.
"""
