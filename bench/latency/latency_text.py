"""The text around the tables of docs/performance.md."""

INTRODUCTION = """\
Latencies of the whole program: seven processes, a real sound server (PulseAudio with a virtual card), a virtual screen (Xvfb,
1920x1080) and the real pose model. The pictures show a drawn runner, 1280x720, prepared as Motion JPEG, as webcams deliver
it, and played like a camera; one kind of run draws them live instead. A cue every two seconds, the shortest interval that the
coach allows, gives enough cues to measure. Other programs disturb the figures: compare ratios, and measure on an idle
machine.

`hipcue run --latency` (in the terminal) and key `l` (on the screen) show the same stages live; `session.json` keeps them."""

NOTES = """\
## What falls short, and what was tried

- **The pose model against MediaPipe.** It computes only the outputs that are used, and spends its time on convolutions in the
  processor's widest instructions: only fewer or less precise calculations would be faster. Those that were tried are listed
  above, each with its accuracy. The two faster ones, bfloat16 and int8, exceed the limits of docs/accuracy.md (1.6° for stride
  peaks of the gym clip); limited to AVX2, bfloat16 does not run and int8 takes 1.38 times as long
  (`python -m bench.latency.model_choices --isa AVX2`). OpenVINO keeps to that limit (its profile then names AVX2 for every
  convolution), but MediaPipe ignores it: in the section "avx2" this ratio, and that to the plain loop, compare a small PC's
  HipCue with a large one's MediaPipe.
- **The pose model inside the program** takes the processor time that it takes alone, whether pauses or 64 MB of other data come
  between two pictures (`python -m bench.latency.model_pauses`). Any additional time there is spent waiting for a core.
- **Captured to sample against the pose model alone.** The limit leaves a quarter of the pose model's time for everything
  else. Where the model is fast, that is less than the rest takes: decoding, two wake-ups of every process on the way, and the
  measurement (the rows of the stages above). On a processor where the model takes three times as long, the same code would
  hold.
- **The 99th percentile around the pose model** comes from waiting for a core: with two of them, capture, pose model, screen and
  sound server need them at the same moments. It holds on an idle machine, and grows with the load of other programs.
- **Growth of memory over half an hour** is not on this page: `make soak` measures it, with a fault every half minute
  (docs/reliability.md).

Tried and kept:

- Pictures are in shared memory, and only their headers go through the sockets: sending 2.8 MB through two sockets for every
  picture took several times as long, and larger socket buffers helped little. Every reader copies the picture at once:
  otherwise capture would overwrite it whenever the pose model takes longer than one cycle through the memory.
- The analysis measures a new picture before it reads its other sockets.
- The next picture of a file is decoded after half of the interval to it: right after a picture was sent, analysis and screen
  need both cores.
- The engine computes with plain numbers where there are few of them: in a process that has just slept, numpy's calls take
  longer than the computation.
- Pictures are not scaled from 1280 to 960 wide: averaging over fractions of pixels took longer than the whole transfer. A
  720p picture is not scaled; larger ones are reduced to a half or a third, in a tenth of that time. Bilinear scaling was
  tried and dropped: it took one clip's error over its limit.
- Measuring a stride takes a tenth of the time it took, when the median leg length of the last frames was recomputed for every
  stride.
- Percentiles for the health messages are computed with numpy: in Python they took milliseconds of the loop twice a second.
- Strides are sent before samples, and the garbage collector ignores what was loaded before the loop started.
- OpenCV runs on one thread in every process: its own threads only took the cores from the pose model.
- A recording whose reader was suspended continues where it stopped; formerly, to catch up, it decoded everything that it had
  missed.
- On two cores the pose model runs on one thread. Alone, two threads take two thirds of the time of one. Beside capture and
  screen, they wait for the second core and for each other: they take as long as one thread, use up to a fifth more processor
  time, and analyse 8 % fewer frames of a camera at 60 fps. The landmarks are the same.
- Compiled networks are kept on disk: reading one takes 0.2 s of processor time, compiling it 1 s. The supervisor no longer
  loads NumPy and asyncio, a quarter of what it imported, and the analysis starts first.
- All processes are forked from one that has loaded the libraries they share. Memory that only loading needed is returned to the
  system before the loops begin, and the libraries for the belt's Bluetooth and the screen's QR code are loaded only where they
  are used. Measured alternately with the version before (`python -m bench.latency.start_up --tree CHECKOUT`), a start takes
  0.55 of the processor time, and all processes together hold 333 MB instead of 480.
- Screen, recorder and console run at a lower priority: the screen by 5 steps of nice(2), the others by 10. With the whole
  program on one core, where its processes compete with each other, 1.31 times as many pictures are analysed, at intervals with
  0.81 of the SD, and even the screen is faster (0.72 of the time to the first flip). Beside other programs that take both
  cores, the measurement gains nothing, and pictures reach the screen later (`python -m bench.latency.priorities`, with and
  without `--one-core`; the priorities are removed and restored alternately).
- OpenCV mirrors the pictures, in a fraction of the time that NumPy takes.
- While nobody is in view, 5 pictures a second are decoded, those that show no change are analysed every 0.6 s only, and the
  screen is drawn when something changes (`python -m bench.latency.empty_gym`). On two quiet cores with AVX2, a webcam of
  1280x720 at 60 fps and the screen on, all processes together then took 0.31 cores instead of 1.60. A third of it was in the
  sound card's callback, so the card now gets blocks of 4096 frames meanwhile. The first table shows the present figure.
  Somebody who steps on is found within 0.02 s and gives 31 strides, where a program that never rested gives 32.
- Where the pose model has no time for every picture of a camera at 60 fps, every second one is analysed: intervals are even,
  and the rate is that of an ordinary camera.

Tried once each, with the code of that time, and dropped; no command repeats the figures:

- Huge pages for the networks (glibc's `hugetlb` tunable), OpenVINO's treatment of denormals and of sparse weights, no
  hyper-threads: the processor time stays within 3 %, and never below.
- A smaller picture for the landmark network: its layers only fit 256 pixels.
- Less precision for a part of the landmark network. With the first 21 or 33 of its 82 convolutions in full precision and the
  rest in bfloat16, it takes 0.91 to 0.95 of the time, and landmarks still move by 2.7 px at the 95th percentile (all in
  bfloat16: 0.67 and 4.9 px); with the last 49 in full precision, 0.88 and 4.3 px. The deviation comes from all layers alike.
  With int8 (NNCF) for all but the heads, the first layers, the depthwise convolutions or several of these, with and without
  smooth quantisation, it takes 0.87 to 1.03 of the time, and landmarks move by 4.2 to 6 px at the median. Marking single layers
  does not help either: with OpenVINO 2026.4, some marks make compiling fail, and others give float16.
- Letting the pose model read a picture in the shared memory saves a quarter of the processor time of copying and cutting out.
  But a picture that is overwritten meanwhile is lost only after it has moved the model's region and changed whose turn it is
  to be mirrored: on a busy machine, a session and the analysis of its frames would no longer agree.
- Decoding straight into the shared memory saves one copy, far less than waking a process takes, and every source would need
  code for it.
- Other ways to run the networks (pinned threads, OpenVINO's throughput mode with one stream, no stream of its own): the time
  is the same within the disturbance by other programs. Convolutions take 95 % of it, so only a smaller or a less precise model
  would be faster.
- More steps of nice(2) for the screen: beside other programs it would get less of a core than it needs.
"""
