"""The torch engine's step on other devices than the CPU: shapes that stay, nothing read back, captured as a graph."""
