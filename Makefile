# Two commands do everything: `make demo` and `make test`. Needs Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
SAMPLE := 澧县县委办2024

.PHONY: demo test quick long wheel lint types tests lock generate pictures bench clean

demo: .venv/installed
	@mkdir -p out
	$(BIN)/xlsxeval new hunan --year 2024 --unit 中共澧县县委办公室本级 -o out/空白表.xlsx --force
	$(BIN)/xlsxeval fill hunan samples/$(SAMPLE)/data.yaml -o out/$(SAMPLE).xlsx --force
	$(BIN)/xlsxeval check out/$(SAMPLE).xlsx || test $$? -eq 1

# Lint, types and all tests. Random tests try a tenth of their cases, from a fixed seed.
test: .venv/installed-dev lint types tests

# The same without what takes more than a few seconds or needs LibreOffice or Chromium.
quick: .venv/installed-dev lint types
	$(BIN)/pytest -n auto -m "not slow"

# All cases of the random tests, from a random seed. To repeat a run: make long XLSXEVAL_SEED=<the seed it printed>
long: .venv/installed-dev
	XLSXEVAL_LONG=1 $(BIN)/pytest -v -n auto -m long

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

# The very files that the lock names; the build back end of -e is fetched by pip in its own environment.
.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# Resolve the ranges of pyproject.toml anew, for Python 3.11 to 3.14 on every platform; needs uv.
# pip before 23.3 takes the version of coverage[toml] only from a line with the extra in it.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	    --no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' -o requirements-dev.lock

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/installed-dev
	$(BIN)/mypy

tests: .venv/installed-dev
	$(BIN)/pytest -n auto

# The wheel alone, without development dependencies and outside the checkout: writes a form and reads it back, and a
# small program on top of it has the right types and runs.
wheel: .venv/installed-dev
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	cd build/wheel && venv/bin/xlsxeval new hunan --year 2024 -o 空白表.xlsx
	cd build/wheel && venv/bin/xlsxeval check 空白表.xlsx || test $$? -eq 1
	cd build/wheel && venv/bin/python -m xlsxeval --version
	cp tests/client.py build/wheel/client.py
	cd build/wheel && ../../$(BIN)/mypy --strict --python-executable venv/bin/python --config-file= client.py
	cd build/wheel && venv/bin/python client.py

# Samples, rule pages, schemas: committed, and the tests fail when they are stale.
generate: .venv/installed-dev
	$(BIN)/python tools/generate.py

# The pictures of the README; needs LibreOffice, pdftoppm and Chinese fonts.
pictures: .venv/installed-dev
	$(BIN)/python tools/pictures.py

bench: .venv/installed-dev
	$(BIN)/python bench/check.py
	$(BIN)/python bench/batch.py
	$(BIN)/python bench/write.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/html_page.py

clean:
	rm -rf .venv out
