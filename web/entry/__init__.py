"""Where settings become ports and values: here and in ``web/__main__``, and nowhere else."""
