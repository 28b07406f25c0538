"""What each process reports about itself: state, counters, durations by stage."""
