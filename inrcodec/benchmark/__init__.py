"""Other codecs and designs on the same pictures: `compare`, `study`, the `codecs` themselves, and the BD-rate."""
