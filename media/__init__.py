"""Packets and what stays of them. Knows the floor, not the judges."""
