"""The court's papers: minutes, ruling, link-test act, transcript. Prose in templates, one per language; two outputs."""
