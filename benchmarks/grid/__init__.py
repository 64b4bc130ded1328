"""What is to run: requests, configurations, grids, and the key of each cell."""
