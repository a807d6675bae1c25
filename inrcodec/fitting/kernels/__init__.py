"""The step of a fit as compiled kernels for CPUs; the one folder that imports numba, and never torch."""
