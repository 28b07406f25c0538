# make demo   the whole program with a drawn runner; sets itself up the first time (FOR=20 ends it after 20 s)
# make test-fast  the tests without whole programs and without long measurements; about four minutes on two cores
# make test   all tests: those first, then the rest; some eleven minutes on two cores
# make check  format, lint, types, import rules
# make bench  times of drawing, of the pose model and of the engine
# make bench-accuracy  every accuracy figure of docs/accuracy.md, measured again
# make bench-latency   every figure of docs/performance.md, measured again; SECTIONS=idle,busy,avx2 chooses
# make soak   the whole program for MINUTES=30 with a random fault every half minute
# make bench-inputs  real clips in every kind of file beside the originals; CLIPS="treadmill_gym_60fps …": these only
# make bench-recovery  how long recovery takes, into docs/reliability.md
# make fuzz   a search of FOR=60 seconds for input that breaks the program: bytes, forged sessions, arguments
# make setup  only the set-up

BIN := .venv/bin
FOR ?= 60
# A file's tests stay together, because they share what they have set up; tests/conftest.py puts the longest first. Many wait for
# a clock, so more of them run at a time than there are cores.
CORES := $(shell nproc)
APART := --dist loadfile --no-loadscope-reorder --durations=10
FAST := -n $(if $(filter 1,$(CORES)),2,4) $(APART)
WHOLE := $(if $(filter 1,$(CORES)),--durations=10,-n 3 $(APART))
# Compiled tests are kept for the next run, whatever the shell says.
PYTEST = PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
# Tests with the marks $(2). What fails beside other tests runs a second time alone, and the second result counts: a defect fails
# twice, a machine that was too busy is named by its traceback above. $(call tested,OPTIONS,MARKS)
AGAIN = echo "make $@: what failed runs again, alone"; $(PYTEST) --last-failed --last-failed-no-failures none
tested = { $(PYTEST) $(1) -m "$(2)" || { [ $$? = 1 ] && { $(AGAIN) -m "$(2)"; }; }; }
# Runs a command and prints how long it took: $(call timed,COMMAND)
timed = begin=$$(date +%s); $(1); code=$$?; echo "make $@: $$(($$(date +%s) - begin)) s"; exit $$code
MINUTES ?= 30

.PHONY: demo test test-fast check format bench bench-accuracy bench-inputs bench-latency bench-recovery soak fuzz setup clean

demo:
	@scripts/setup.sh run
	@$(BIN)/hipcue demo --for $(FOR)

test-fast:
	@scripts/setup.sh test
	@$(call timed,$(call tested,$(FAST),not program and not slow))

test:
	@scripts/setup.sh test
	@$(call timed,$(MAKE) --no-print-directory test-fast && $(call tested,$(WHOLE),program or slow))

check:
	@scripts/setup.sh test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format:
	@scripts/setup.sh test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench:
	@scripts/setup.sh test
	@for name in draw_time pose_backends engine_time reload; do echo "== $$name"; $(BIN)/python -m bench.latency.$$name || exit 1; done

bench-latency:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.latency $(if $(SECTIONS),--sections $(SECTIONS))

bench-accuracy:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.accuracy
	@$(BIN)/python -m bench.accuracy.live_sessions

bench-inputs:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.accuracy.inputs $(if $(CLIPS),--clips $(CLIPS))

# A fault every half minute: what must come back, comes back?
soak:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.reliability.soak --minutes $(MINUTES)

bench-recovery:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.reliability.recovery

fuzz:
	@scripts/setup.sh test
	@$(call timed,$(BIN)/python -m bench.reliability.fuzz --seconds $(FOR) $(if $(SEED),--seed $(SEED)))

setup:
	@rm -f .venv/.ready-*
	@scripts/setup.sh run

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
