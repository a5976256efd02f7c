"""What stays: tapes, the timeline and the final file."""
