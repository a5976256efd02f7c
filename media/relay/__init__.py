"""Who gets which packet."""
