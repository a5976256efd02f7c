"""The forwarder's C source, its build, and its face towards Python."""
