"""The measurement: from frames to pose, legs, angles and strides."""
