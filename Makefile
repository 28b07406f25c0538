# make demo   the whole program with a drawn runner; sets itself up the first time (FOR=20 ends it after 20 s)
# make test   all tests                make check  format, lint, types, import rules
# make bench  all benchmarks           make setup  only the set-up

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
	@for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

setup:
	@rm -f .venv/.ready-*
	@scripts/setup.sh run

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
