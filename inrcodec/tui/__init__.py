"""The set in the terminal: a Textual app over one archive; reads files, never fits."""
