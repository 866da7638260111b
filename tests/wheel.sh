#!/usr/bin/env bash
# Build the wheel, install it outside of the checkout, and run from it what a new user runs first.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
uv=$PWD/.venv/bin/uv
python=$(.venv/bin/python -c 'import sys; print(sys.executable)')

"$uv" build --quiet --wheel --python "$python" --out-dir "$work/dist"
"$uv" venv --quiet --python "$python" "$work/venv"
wheel=$(echo "$work"/dist/*.whl)
"$uv" pip install --quiet --python "$work/venv/bin/python" --constraint constraints.txt "otelkit[demo] @ file://$wheel"
"$work/venv/bin/python" - README.md <<'PYTHON' >"$work/ten_lines.py"
import re, sys
page = open(sys.argv[1], encoding="utf-8").read()
print(re.search(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1])
PYTHON

cd "$work"
venv/bin/python -c 'import otelkit, sys; assert "venv" in otelkit.__file__, otelkit.__file__'
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 venv/bin/python ten_lines.py
venv/bin/otelkit demo --requests 50
echo "the wheel runs outside of the checkout: the ten-line start and the demo"
