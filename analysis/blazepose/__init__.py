"""BlazePose's two networks run by OpenVINO: the same landmarks as MediaPipe's graph, in about half the time."""

from analysis.blazepose.estimator import BlazePose
from analysis.blazepose.region import Region

__all__ = ["BlazePose", "Region"]
