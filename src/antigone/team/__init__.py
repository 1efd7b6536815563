"""What a team does with its registry. Every action here checks the role, and writes a line into the audit."""
