"""`hipcue analyse`: recorded clips through the live engine."""
