# Thin aliases; each works without make as `python3 start.py ...`.
.PHONY: demo lint test lock

demo:
	python3 start.py demo

lint:
	python3 start.py lint

test:
	python3 start.py test

# The locked packages of Python 3.11-3.14 on every system (needs uv). jax is pinned
# for all Pythons at the newest release that Python 3.11 has and that is sound on CPU.
# Each lock keeps the pins it has; delete it first to take newer releases.
LOCK = uv pip compile pyproject.toml - --universal --python-version 3.11 --quiet \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock:
	printf 'hatchling\njax==0.10.1\njaxlib==0.10.1\n' \
	| $(LOCK) --extra dev --output-file requirements.lock
	printf 'hatchling\njax==0.10.1\njaxlib==0.10.1\n' \
	| $(LOCK) --constraint requirements.lock --output-file requirements-run.lock
	printf 'box2d; python_version < "3.14"\npygame-ce\n' \
	| $(subst pyproject.toml -,-,$(LOCK)) --constraint requirements.lock \
	--output-file requirements-lander.lock
