"""The measures of a frame and of a stride: angles, timing, quality."""
