# Every target is a command of make.py, which needs only Python: `python3 make.py run` is `make run`.
# ARGS are passed on: make test ARGS="tests/kernel -k month"

PYTHON ?= python3
COMMANDS = setup run test bench figures pictures words migrations-check lint types lock

.PHONY: help $(COMMANDS)

help $(COMMANDS):
	@$(PYTHON) make.py $@ $(ARGS)
