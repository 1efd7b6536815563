"""The exact distribution of the LR of a family, before the unidentified person is known."""
