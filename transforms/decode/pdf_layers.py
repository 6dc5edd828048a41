"""Takes the layers of a PDF that are switched off out of its pages: a viewer does not show them."""

from __future__ import annotations

import io
from typing import Any

from transforms.decode.pdf_repair import holds

_SHOWS = frozenset({"Tj", "TJ", "'", '"', "Do", "BI", "INLINE IMAGE", "sh", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*"})
_MOST_DEPTH = 6


def without_hidden_layers(data: bytes) -> bytes:
    """The file without what its optional content groups hide as it is opened; the file itself where they hide nothing."""
    if not holds(data, b"/OCProperties"):
        return data
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            hidden = _hidden_groups(document)
            if not hidden:
                return data
            for page in document.pages:
                _clean(page.obj, document, hidden, set(), 0)
            out = io.BytesIO()
            document.save(out)
            return out.getvalue()
    except pikepdf.PdfError:  # PDFium reads more damaged files than qpdf; what it then shows is at least complete
        return data


def _hidden_groups(document: Any) -> set[tuple[int, int]]:
    """Object numbers of the groups that are off in the default configuration."""
    layers = document.Root.get("/OCProperties")
    default = layers.get("/D") if layers is not None else None
    if default is None:
        return set()
    off = {group.objgen for group in default.get("/OFF", [])}
    if default.get("/BaseState") == "/OFF":
        off = {group.objgen for group in layers.get("/OCGs", [])} - {group.objgen for group in default.get("/ON", [])}
    return off


def _is_hidden(group: Any, hidden: set[tuple[int, int]]) -> bool:
    """Whether a group, or a membership of groups by its policy, is off."""
    import pikepdf

    if not isinstance(group, pikepdf.Dictionary):
        return False
    if group.get("/Type") != "/OCMD":
        return group.objgen in hidden
    members: Any = group.get("/OCGs", [])
    each = [member.objgen in hidden for member in ([members] if isinstance(members, pikepdf.Dictionary) else members)]
    policy = str(group.get("/P", "/AnyOn"))
    return bool(each) and {"/AllOn": any(each), "/AnyOff": not any(each), "/AllOff": not all(each)}.get(policy, all(each))


def _clean(holder: Any, document: Any, hidden: set[tuple[int, int]], done: set[tuple[int, int]], depth: int) -> None:
    """Rewrite the content of a page or form without what hidden groups show."""
    import pikepdf

    if depth > _MOST_DEPTH or (holder.is_indirect and holder.objgen in done):
        return
    done.add(holder.objgen)
    resources = holder.get("/Resources", pikepdf.Dictionary())
    forms = resources.get("/XObject", pikepdf.Dictionary())
    off_forms = {name for name, form in forms.items() if _is_hidden(form.get("/OC"), hidden)}
    off_marks = {name for name, group in resources.get("/Properties", pikepdf.Dictionary()).items() if _is_hidden(group, hidden)}
    for name, form in forms.items():
        if name not in off_forms and form.get("/Subtype") == "/Form":
            _clean(form, document, hidden, done, depth + 1)
    if off_forms or off_marks:
        content = pikepdf.unparse_content_stream(_shown(pikepdf.parse_content_stream(holder), off_forms, off_marks))
        if isinstance(holder, pikepdf.Stream):
            holder.write(content)
        else:
            holder["/Contents"] = document.make_stream(content)


def _shown(instructions: Any, off_forms: set[str], off_marks: set[str]) -> list[Any]:
    """The instructions without those that show something within a hidden group; what sets the state stays."""
    out: list[Any] = []
    nested: list[bool] = []
    for instruction in instructions:
        operator, operands = str(instruction.operator), instruction.operands
        if operator in ("BDC", "BMC"):
            is_layer = operator == "BDC" and str(operands[0]) == "/OC" and str(operands[1]) in off_marks
            nested.append(is_layer)
        elif operator == "EMC" and nested:
            nested.pop()
        hidden = any(nested) or (operator == "Do" and str(operands[0]) in off_forms)
        if not (hidden and operator in _SHOWS):
            out.append(instruction)
    return out
