"""One file per version of the store's tables. A published one is never changed."""
