"""What goes out: one file is one kind of output; none of them needs torch."""
