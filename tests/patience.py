"""How long a test waits for what must come. It says when something is missing, and never how fast something was."""

PATIENCE_SECONDS = 60.0
