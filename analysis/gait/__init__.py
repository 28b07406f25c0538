"""From labelled legs to the near and the far leg and their strides: phase filter, gait curves, tracks, peaks."""
