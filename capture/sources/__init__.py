"""Sources of pictures: webcam, network camera, and recordings played like a camera."""
