"""One file per version of the store's tables; a published one is never changed."""
