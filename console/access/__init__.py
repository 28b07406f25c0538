"""Who may use the console: paired devices, their roles, and the gate that every request passes."""
