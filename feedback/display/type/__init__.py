"""Text on the screen: the typeface and how text is fitted into its box."""
