"""The measurement: frames become pose, legs, angles and strides."""
