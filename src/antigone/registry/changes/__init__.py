"""What changed in an incident, and what is to be searched again because of it."""
