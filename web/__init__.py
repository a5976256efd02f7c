"""The doors: pages, the socket and the public API."""
