#!/usr/bin/env bash
# The core's tests on the oldest versions that pyproject.toml allows, in an environment of its own beside .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv/oldest
stamp=$venv/.installed
uv=.venv/bin/uv

if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
  "$uv" venv --quiet --clear --python "$(.venv/bin/python -c 'import sys; print(sys.executable)')" "$venv"
  # Our direct dependencies at their lowest, without the page; what they depend on as they resolve.
  OTELKIT_SKIP_PAGE=1 "$uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --resolution lowest-direct \
    --editable '.[fastapi,prometheus,grpc,loguru,yaml,console]'
  # What the tests themselves use are no dependencies of the library; their versions are the development ones.
  "$uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" \
    --constraint <(grep -E '^(pytest|hypothesis|execnet|pluggy|iniconfig|httpx|httpcore|h11|numpy|scikit|scipy|joblib|threadpoolctl|narwhals)' constraints.txt) \
    pytest pytest-asyncio pytest-xdist hypothesis httpx numpy scikit-learn
  touch "$stamp"
fi

"$uv" pip list --quiet --python "$venv/bin/python" | grep -E '^(opentelemetry-(api|sdk)|structlog|fastapi|loguru|prometheus)' || true
"$venv/bin/python" -m pytest -q -n auto -p no:cacheprovider \
  tests/runtime tests/signals tests/settings tests/logs tests/instruments tests/observing tests/integrations tests/testing
