"""`hipcue calibrate-sides`: how much more one of two cameras reads than the other, with a runner who faces each way."""
