"""What is done with sessions that were recorded: the store, reports, exports, comparisons."""
