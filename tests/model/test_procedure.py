"""What a procedure says of itself."""

from __future__ import annotations

import pytest

from iso_audit.model.procedure import Form
from iso_audit.text import Text
from tests.strategies import procedure

NAMELESS = Form("01", "TT 01/2018/TT-VPCP")
REFUSAL = Form("03", "TT 01/2018/TT-VPCP", Text("Phiếu từ chối tiếp nhận hồ sơ", "Refusal slip"))
FORMS = procedure(forms=(NAMELESS, REFUSAL))


@pytest.mark.parametrize(
    ("record", "form"),
    [
        ("Phiếu từ chối tiếp nhận hồ sơ", REFUSAL),
        ("refusal slip, signed", REFUSAL),
        ("Mẫu số 03", REFUSAL),
        ("Mẫu số 01", NAMELESS),
        ("Phiếu từ chối tiếp nhận hồ sơ, 01 bản", REFUSAL),
        ("Tờ trình", None),
        ("", None),
    ],
)
def test_a_record_is_the_form_that_it_names_and_none_without_a_name(record: str, form: Form | None) -> None:
    assert FORMS.form_of(record) == form
