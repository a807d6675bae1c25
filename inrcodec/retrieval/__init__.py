"""What is like what: vectors (`descriptor`, `space`), their `similarity`, and how well it ranks (`scores`)."""
