"""Files of one signal in the terminal: one file = one kind, a `SCREEN` that is made of a signal."""
