"""Utterances and what is made of them. Knows no sockets."""
