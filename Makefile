# make demo   the whole program with a drawn runner; sets itself up the first time (FOR=20 ends it after 20 s)
# make test   all tests                make check  format, lint, types, import rules
# make bench  times of drawing and of the pose model
# make bench-accuracy  every accuracy figure of docs/accuracy.md, measured again
# make setup  only the set-up

BIN := .venv/bin
FOR ?= 60

.PHONY: demo test check format bench bench-accuracy setup clean

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
	@for name in draw_time pose_backends reload; do echo "== $$name"; $(BIN)/python -m bench.$$name || exit 1; done

bench-accuracy:
	@scripts/setup.sh test
	@$(BIN)/python -m bench.accuracy

setup:
	@rm -f .venv/.ready-*
	@scripts/setup.sh run

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
