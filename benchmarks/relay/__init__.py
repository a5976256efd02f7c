"""The parts of the relay's benchmark: the load client, and the servers it measures."""
