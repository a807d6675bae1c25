"""A start for a fit: latents that a small network guesses from the pictures, for the base of files."""
