"""What a coach may change: schema, defaults, presets, loading."""
