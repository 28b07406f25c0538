"""What docs/performance.md says around its tables."""

INTRODUCTION = """\
How long everything takes, measured on the whole program: seven processes, a real sound server (PulseAudio with a card that
nobody hears), a virtual screen (Xvfb, 1920x1080) and the real pose model. The pictures are a drawn runner, 1280x720, written
beforehand as Motion JPEG, as webcams deliver it, and played like a camera; once also drawn while it runs. There is a cue every
two seconds, as often as the coach lets, so that there are enough to measure. Other programs disturb: compare ratios, and
measure with nothing else running.

The same stages are shown live: `hipcue run --latency` in the terminal, key `l` on the screen; `session.json` keeps them."""

NOTES = """\
## What falls short, and what was tried

- **Captured to sample against the pose model alone.** The limit leaves a quarter of the pose model's time for everything else.
  Where the model is fast that is less than the way itself takes: decoding, two wake-ups of every process on the way, and the
  measurement (the rows of the stages above). On a processor where the model takes three times as long the same way would hold.
- **The 99th percentile around the pose model** is waiting for a core: with two of them, capture, pose model, screen and sound
  server want them at the same moments. It holds on an idle machine, and grows with whatever else runs.
- **Growth of memory over half an hour** is no figure of this page: `make soak` measures it, with a fault every half minute
  (docs/reliability.md).

What was tried and kept:

- Pictures lie in shared memory and only their headers go through the sockets: 2.8 MB through two sockets for every picture took
  several times as long, and larger socket buffers brought little of that. Every reader copies the picture at once: who looked
  at it where it lies would lose it whenever the pose model takes longer than the camera's way round the memory.
- A file's next picture is decoded when half the time to it is over: right after a picture was sent, analysis and screen want
  both cores.
- The engine works on plain numbers where there are few of them: in a process that has just slept, numpy's calls cost more than
  their sums.
- Pictures are no longer scaled from 1280 to 960 wide: means over parts of pixels took longer than the whole transfer. A 720p
  picture goes through as it is, larger ones are halved or taken by a third, in a tenth of that time. Bilinear scaling was tried
  and dropped: it took one clip's error over its limit.
- A stride is read in a tenth of the time it took: the median leg length over the last frames was taken anew for every one.
- Percentiles for the health messages are found by numpy: in Python they took milliseconds of the hot loop twice a second.
- Strides are sent before samples, and the garbage collector leaves alone what was loaded before the hot loop began.
- OpenCV runs on one thread in every process: its own threads only took the cores from the pose model.
- A recording that was stopped goes on where it stood: to catch up it decoded all that it had missed.

What was tried and left out:

- Decoding straight into the shared memory saves one copy, far less than the waking of a process takes, and every source
  would have to know of it.
- A lower priority for the screen: the measurement was no faster for it, and the pictures came later.
"""
