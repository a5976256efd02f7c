"""The link test in a real Chromium against lines of known width and loss."""
