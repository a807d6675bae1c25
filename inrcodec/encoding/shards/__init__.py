"""A folder that is more than one network's or one machine's work: shards, each of them an ordinary encode."""
