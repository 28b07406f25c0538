"""Pure sound synthesis and mixing, sample by sample."""
