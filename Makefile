# make demo   the whole program with a drawn runner; sets itself up the first time (FOR=20 ends it after 20 s)
# make test   all tests                make check  format, lint, types, import rules
# make bench  times of drawing, of the pose model and of the engine
# make bench-accuracy  every accuracy figure of docs/accuracy.md, measured again
# make bench-latency   every figure of docs/performance.md, measured again
# make soak   the whole program for MINUTES=30 with a random fault every half minute
# make bench-recovery  how long recovery takes, into docs/reliability.md
# make setup  only the set-up

BIN := .venv/bin
FOR ?= 60
MINUTES ?= 30

.PHONY: demo test check format bench bench-accuracy bench-latency bench-recovery soak setup clean

demo:
	@scripts/setup.sh run
	@$(BIN)/hipcue demo --for $(FOR)

test:
	@scripts/setup.sh test
	@$(BIN)/python -m pytest

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
	@for name in draw_time pose_backends engine_time reload; do echo "== $$name"; $(BIN)/python -m bench.$$name || exit 1; done

bench-latency:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.latency

bench-accuracy:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.accuracy

# A fault every half minute: what must come back, comes back?
soak:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.soak --minutes $(MINUTES)

bench-recovery:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.recovery

setup:
	@rm -f .venv/.ready-*
	@scripts/setup.sh run

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
