"""Mathematics on arrays that knows nothing of files, pictures' sources or networks."""
