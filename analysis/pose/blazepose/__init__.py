"""BlazePose's two networks run by OpenVINO: the same landmarks as MediaPipe's graph in about half the time."""

from analysis.pose.blazepose.compiled_networks import CompiledNetworks
from analysis.pose.blazepose.estimator import BlazePose
from analysis.pose.blazepose.region import Region

__all__ = ["BlazePose", "CompiledNetworks", "Region"]
