"""Networks trained elsewhere: which there are, where their weights lie, and their features."""
