"""The belt's speed and incline: typed, or received from the treadmill over Bluetooth."""
