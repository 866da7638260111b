"""The table of parameters holds together: names, variables, docs, order, and the option groups."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from dataclasses import fields

import pytest

from otelkit.settings import Logs, Metrics, Traces, options, parameters
from otelkit.settings.parameters import ALL, GENERAL, LOGS, METRICS, SIGNALS, TRACES, Parameter, rows_of

GROUPS = [(Traces, TRACES), (Metrics, METRICS), (Logs, LOGS)]


def test_names_and_variables_are_used_once() -> None:
    names = Counter(row.name for row in ALL)
    variables = Counter(variable for row in ALL for variable in row.variables)

    assert [name for name, count in (names + variables).items() if count > 1] == []


def test_every_constant_of_the_package_is_in_the_table() -> None:
    constants = {name for name, value in vars(parameters).items() if name.isupper() and isinstance(value, Parameter)}

    assert {getattr(parameters, name) for name in constants} == set(GENERAL)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_own_variables_are_the_name_in_capitals(row: Parameter[object]) -> None:
    own = [variable for variable in row.variables if variable.startswith("OTELKIT_")]

    assert own in ([], ["OTELKIT_" + row.name.replace(".", "_").upper()])
    assert all(variable.startswith(("OTEL_", "OTELKIT_")) for variable in row.variables)
    assert not own or len(row.variables) == 1, "OTELKIT_* exist only for what the specification lacks"


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_every_row_says_what_it_is_for_in_one_line(row: Parameter[object]) -> None:
    assert row.doc
    assert "\n" not in row.doc
    assert not row.doc.endswith(".")
    assert row.doc[0].isupper() or row.doc.startswith("gRPC")


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_every_default_is_a_value_that_could_have_been_given(row: Parameter[object]) -> None:
    if row.default is None:
        assert row.show(row.default) == ""
        return
    reading = row.reader.native(row.default)

    assert reading.complaints == ()
    assert reading.value == row.default


@pytest.mark.parametrize("row", [row for row in ALL if row.general is not None], ids=lambda row: row.name)
def test_a_row_stands_below_the_general_row_that_it_falls_back_on(row: Parameter[object]) -> None:
    assert row.general is not None
    assert ALL.index(row.general.parameter) < ALL.index(row)
    assert row.general.parameter.reader.type_name == row.reader.type_name


def test_durations_tell_their_unit_in_both_places() -> None:
    durations = [row for row in ALL if row.reader.type_name.startswith("duration")]

    assert durations
    for row in durations:
        assert row.unit == "s"
        in_milliseconds = any(variable.startswith("OTEL_") for variable in row.variables)
        assert row.text_unit == ("ms" if in_milliseconds else "")


@pytest.mark.parametrize(("group", "signal"), GROUPS)
def test_an_option_group_has_exactly_the_rows_of_its_signal(
    group: type[Traces | Metrics | Logs], signal: parameters.SignalParameters
) -> None:
    names = {field.name for field in fields(group)}
    rows = {row.name.removeprefix(f"{signal.signal}.") for row in rows_of(signal)}

    assert names - group.SDK_OBJECTS == rows - {"enabled"}
    assert names >= group.SDK_OBJECTS
    assert all(field.default is None and field.kw_only for field in fields(group))


@pytest.mark.parametrize(("_group", "signal"), GROUPS)
def test_a_row_of_a_signal_has_the_name_of_its_field(_group: object, signal: parameters.SignalParameters) -> None:
    for row in rows_of(signal):
        assert getattr(signal, row.name.removeprefix(f"{signal.signal}.")) is row


def test_every_field_of_an_option_group_is_documented() -> None:
    tree = ast.parse(inspect.getsource(options))
    for class_ in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field, after in zip(class_.body, [*class_.body[1:], ast.Pass()], strict=True):
            if isinstance(field, ast.AnnAssign) and not ast.unparse(field.annotation).startswith("ClassVar"):
                assert isinstance(after, ast.Expr), f"{class_.name}.{ast.unparse(field.target)} has no docstring"


def test_signals_have_the_same_rows_of_export_in_the_same_order() -> None:
    exporting = [field.name for field in fields(parameters.SignalParameters)][1:]

    for signal in SIGNALS:
        assert [row.name.split(".")[1] for row in rows_of(signal)][: len(exporting)] == exporting


def test_secrets_are_the_headers() -> None:
    assert {row.name for row in ALL if row.secret} == {"headers", "traces.headers", "metrics.headers", "logs.headers"}
