"""Digits alone are masked as a whole number: other numbers stay numbers, wherever they are shown."""

from __future__ import annotations

from ...support.kernels import Kernel

PIN = "17000000"


def test_decimal_numbers_stay(guarded: Kernel) -> None:
    """In text, a data frame, JSON, and a widget's state; the number itself becomes a mark."""
    guarded.ok(f"P = int(learn('PIN', '{PIN.encode().hex()}'))")
    assert guarded.ok("print(P, P + 0.5, P / 1e8, -P, P * 10)").stdout == (
        "[secret:PIN] 17000000.5 0.17 -[secret:PIN] 170000000\n"
    )
    cell = guarded.ok("import pandas; pandas.DataFrame({'a': [P + 0.5, P + 0.25]})")
    assert "17000000.50" in str(cell.result)
    assert "secret" not in str(cell.result)
    [shown] = guarded.ok("display({'application/json': [P + 0.5, P, f'{P}.25']}, raw=True)").displays
    assert shown["application/json"] == [17000000.5, "[secret:PIN]", "17000000.25"]
    cell = guarded.ok("import ipywidgets; w = ipywidgets.FloatText(P + 0.5)")
    states = [message.content["data"]["state"] for message in cell.of("comm_open")]
    assert [state["value"] for state in states if "value" in state] == [17000000.5]
