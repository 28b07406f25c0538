"""The sensors: turns a camera, file, network stream or synthetic runner into frames, and publishes the belt's speed."""
