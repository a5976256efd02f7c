"""A browser's connection, from datagram to RTP and back."""
