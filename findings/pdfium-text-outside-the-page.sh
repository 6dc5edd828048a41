#!/usr/bin/env bash
# pypdfium2 5.15.2 on a page whose crop box leaves a line out, as an office does that hides a draft's margin: get_text_range()
# gives the text of the whole content stream, get_text_bounded() only what lies in the page box. Neither knows of a layer
# (optional content group) that is switched off: a viewer does not show it, both methods give it.
# Seen: the cropped line in the first and not in the second; the line of the hidden layer in both.
source "$(dirname "$0")/lib.bash"
install pypdfium2==5.15.2 reportlab==4.4.4 pikepdf==10.0.2
run <<'PY'
import pikepdf, pypdfium2
from reportlab.pdfgen.canvas import Canvas
canvas = Canvas("plain.pdf", pagesize=(400, 400))
canvas.drawString(50, 300, "shown 1")
canvas.drawString(50, 30, "cropped 2")
canvas.save()
with pikepdf.open("plain.pdf") as pdf:
    page = pdf.pages[0]
    page.cropbox = [0, 100, 400, 400]
    group = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Draft"))
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[group], D=pikepdf.Dictionary(OFF=[group], Order=[group]))
    page.Resources.Properties = pikepdf.Dictionary(L=group)
    page.contents_add(b"/OC /L BDC BT /F1 12 Tf 50 200 Td (hidden 3) Tj ET EMC")
    pdf.save("made.pdf")
text = pypdfium2.PdfDocument("made.pdf")[0].get_textpage()
whole, bounded = text.get_text_range(), text.get_text_bounded()
print("range:", whole.split("\r\n"), " bounded:", bounded.split("\r\n"))
assert "cropped 2" in whole and "cropped 2" not in bounded, (whole, bounded)
assert "hidden 3" in whole and "hidden 3" in bounded, (whole, bounded)
PY
