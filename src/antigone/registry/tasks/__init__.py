"""Nobody is forgotten: where each missing person stands, what their family was told, and what it is asked for."""
