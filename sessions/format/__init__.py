"""A session's files: columns, header, folders, and reading them."""
