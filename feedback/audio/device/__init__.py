"""The sound device: opening, monitoring and reopening it, and its clock."""
