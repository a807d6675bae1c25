"""Everything that decides a byte of an .inr file; FORMAT.md is the specification. Never imports torch."""
