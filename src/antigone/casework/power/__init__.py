"""How well the families of an incident can be found, and who to sample next."""
