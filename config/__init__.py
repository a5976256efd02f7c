"""Settings, rules editions and wordings: data, not code."""
