"""What the speech benchmark is made of: spoken sentences with word times, models of a given size, hearings."""
