"""The sensors: camera, file, network stream and synthetic runner become frames."""
