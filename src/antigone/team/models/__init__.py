"""The model of an incident: shown, proposed by one person, confirmed by another."""
