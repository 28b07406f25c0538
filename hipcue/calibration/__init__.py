"""`hipcue calibrate-sides`: how much more one of two cameras reads than the other, from a runner who runs facing each way."""
