"""The model of an incident: its numbered versions, who proposed and who confirmed them."""
