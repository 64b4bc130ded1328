"""How cells are run: each once, apart from the others, wherever there is room."""
