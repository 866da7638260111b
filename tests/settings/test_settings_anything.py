"""Whatever is given, reading it never raises, never repeats a secret, and gives every parameter a sound value."""

from __future__ import annotations

import math
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otelkit.settings import Settings, load_settings, parameters
from otelkit.settings.files import find_file
from otelkit.settings.parameters import ALL, LOGS, METRICS, TRACES, Parameter
from otelkit.settings.specification import VARIABLES

NOWHERE = Path("/nonexistent/directory")
QUICK = settings(max_examples=60, deadline=None)

VARIABLE_NAMES = sorted(name for name, standing in VARIABLES.items() if standing.parameter)
# What the environment of a process can hold: no NUL; undecodable bytes arrive as lone surrogates.
environment_text = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=60)
plausible_text = st.one_of(
    environment_text,
    st.from_regex(r"[-+]?[0-9.,eE]{1,12}(ms|s|m)?", fullmatch=True),
    st.from_regex(r"(https?|grpc|file)?:?/{0,2}[\w.:\[\]@-]{0,12}(:[0-9]{0,6})?/?", fullmatch=True),
    st.lists(st.from_regex(r"[\w .%-]{0,6}=?[\w .%-]{0,6}", fullmatch=True), max_size=4).map(",".join),
    st.sampled_from(["true", "TRUE", "None", "otlp,console", "none", "tracecontext", "grpc", "NaN", "inf", "1e999"]),
)
plain_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.binary(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), inner, max_size=3),
    ),
    max_leaves=8,
)


class Hostile:
    """An object whose every method fails."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__
    __fspath__ = __str__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __hash__(self) -> int:
        raise RuntimeError("no hash")

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")


def assert_sound(loaded: Settings) -> None:
    """Every parameter has a value that code can rely on, and everything can be shown."""
    assert isinstance(loaded[parameters.SDK_DISABLED], bool)
    assert set(loaded[TRACES.exporter]) <= {"otlp", "console", "otlp_proto_http", "otlp_proto_grpc"}
    for signal in parameters.SIGNALS:
        assert isinstance(loaded[signal.enabled], bool)
        assert loaded[signal.protocol] in ("http/protobuf", "grpc")
        if loaded[signal.protocol] == "http/protobuf":
            assert loaded[signal.endpoint].lower().startswith(("http://", "https://"))
        assert all(name == name.lower() and "\n" not in name + value for name, value in loaded[signal.headers].items())
        assert 0 <= loaded[signal.timeout] < math.inf
    for batching in (TRACES, LOGS):
        assert 1 <= loaded[batching.batch_size] <= loaded[batching.queue_size]
        assert 0 < loaded[batching.schedule_delay] < math.inf
    assert loaded[METRICS.export_interval] > 0
    ratio = loaded[TRACES.sampler_arg]
    assert ratio is None or (isinstance(ratio, float) and 0 <= ratio <= 1)
    assert len(loaded.rows()) == len(ALL)
    assert all(str(problem) for problem in loaded.problems)


@QUICK
@given(st.dictionaries(st.sampled_from(VARIABLE_NAMES), plausible_text, max_size=8))
def test_any_text_in_any_variable_gives_sound_settings(environ: dict[str, str]) -> None:
    environ.pop("OTELKIT_CONFIG_FILE", None)

    assert_sound(load_settings(environ=environ, directory=NOWHERE))


@pytest.mark.parametrize("variable", VARIABLE_NAMES)
@settings(max_examples=15, deadline=None)
@given(text=plausible_text)
def test_a_variable_is_used_or_unset_or_complained_about(variable: str, text: str) -> None:
    loaded = load_settings(environ={variable: text}, directory=NOWHERE)
    used = any(row.is_set for row in loaded.rows())
    only_separators = not text.replace(",", "").strip()

    assert used or loaded.problems or only_separators


@QUICK
@given(
    st.dictionaries(st.sampled_from([row.name for row in ALL if row.name != "config_file"]), plain_values, max_size=8)
)
def test_any_value_as_any_argument_gives_sound_settings(arguments: dict[str, object]) -> None:
    assert_sound(load_settings(arguments, environ={}, directory=NOWHERE))


@pytest.mark.parametrize("parameter", ALL, ids=lambda parameter: parameter.name)
def test_an_object_whose_every_method_fails_is_a_problem(parameter: Parameter[object]) -> None:
    for value in (Hostile(), [Hostile()], {"a": Hostile()}):
        loaded = load_settings({parameter.name: value}, environ={}, directory=NOWHERE)

        assert loaded.problems
        assert_sound(loaded)


header_names = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-_"), min_size=1, max_size=12)
header_values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20).map(str.strip)


@QUICK
@given(st.dictionaries(header_names, header_values.filter(bool), min_size=1, max_size=5))
def test_percent_encoded_headers_come_back_as_they_were(headers: dict[str, str]) -> None:
    text = ",".join(f"{name.upper()}={quote(value, safe='')}" for name, value in headers.items())
    loaded = load_settings(environ={"OTEL_EXPORTER_OTLP_HEADERS": text}, directory=NOWHERE)

    assert loaded[TRACES.headers] == headers
    assert loaded.problems == ()


@QUICK
@given(environment_text, environment_text)
def test_no_header_value_is_ever_shown(before: str, after: str) -> None:
    text = f"{before}S3CR3T-VALUE{after}"
    loaded = load_settings(environ={"OTEL_EXPORTER_OTLP_HEADERS": f"authorization={text}"}, directory=NOWHERE)
    shown = [row.value for row in loaded.rows()] + [str(problem) for problem in loaded.problems]

    # A comma in the text begins a new pair, whose name may be shown where it can be nothing but a name.
    if "," not in text:
        assert not any("S3CR3T-VALUE" in line for line in shown)


attribute_keys = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=10)


@QUICK
@given(st.dictionaries(attribute_keys, attribute_keys, min_size=1, max_size=5))
def test_percent_encoded_resource_attributes_come_back_as_they_were(attributes: dict[str, str]) -> None:
    text = ",".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in attributes.items())
    loaded = load_settings(environ={"OTEL_RESOURCE_ATTRIBUTES": text}, directory=NOWHERE)

    assert loaded[parameters.RESOURCE_ATTRIBUTES] == attributes
    assert loaded.problems == ()


@QUICK
@given(st.integers(min_value=0, max_value=2**31 - 1))
def test_every_integer_of_the_specification_is_taken(number: int) -> None:
    loaded = load_settings(
        environ={"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": str(number), "OTEL_BSP_EXPORT_TIMEOUT": str(number)},
        directory=NOWHERE,
    )

    assert loaded.problems == ()
    assert loaded[TRACES.attribute_count_limit] == number
    assert loaded[TRACES.export_timeout] == (number or 2**31 - 1) / 1000


@QUICK
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))))
@pytest.mark.parametrize("name", ["otelkit.toml", "otelkit.yaml", "pyproject.toml"])
def test_any_content_of_a_file_is_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any", numbered=True) / name
    path.write_bytes(content)

    file = find_file(path)

    assert file.path == path or file.problems


@QUICK
@given(st.dictionaries(st.text(max_size=8), plain_values, max_size=4))
def test_any_table_in_a_file_gives_sound_settings(tmp_path_factory: pytest.TempPathFactory, table: object) -> None:
    import yaml

    path = tmp_path_factory.mktemp("table", numbered=True) / "otelkit.yaml"
    path.write_text(yaml.safe_dump({"traces": table, "logs": {"levels": table}, "headers": table}), encoding="utf-8")

    assert_sound(load_settings({"config_file": str(path)}, environ={}))
