"""Who is measured: search, place on the treadmill, framing, facing, standing, running."""
