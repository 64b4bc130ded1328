"""Claims as files, and the verdicts that results give on them."""
