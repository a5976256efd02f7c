"""The court's office: the journal, the docket and the clerk who stands between rules and record."""
