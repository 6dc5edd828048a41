#!/usr/bin/env bash
# A Word document with a tracked move (the paragraph stands once on the page) and with a phonetic guide over a word:
# docx2txt 0.9 gives the moved text twice, python-docx 1.2.0 leaves out the word under the guide. Read for numbers, the first
# doubles a figure and the second loses one.
# Seen: docx2txt has the moved sentence two times; python-docx's paragraphs do not have the guided word at all.
source "$(dirname "$0")/lib.bash"
install docx2txt==0.9 python-docx==1.2.0
run <<'PY'
import io, zipfile
import docx, docx2txt
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
who = 'w:id="1" w:author="A" w:date="2024-01-01T00:00:00Z"'
moved = "<w:r><w:t>粮食产量12万吨。</w:t></w:r>"
body = (
    f'<w:p><w:moveFromRangeStart w:name="m" {who}/><w:moveFrom {who}>{moved}</w:moveFrom><w:moveFromRangeEnd w:id="1"/></w:p>'
    f'<w:p><w:moveToRangeStart w:name="m" {who}/><w:moveTo {who}>{moved}</w:moveTo><w:moveToRangeEnd w:id="1"/></w:p>'
    "<w:p><w:r><w:t>产值</w:t></w:r><w:r><w:ruby><w:rt><w:r><w:t>wu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>五亿元</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>"
)
empty = docx.Document()
empty.save("plain.docx")
with zipfile.ZipFile("plain.docx") as old, zipfile.ZipFile("made.docx", "w") as new:
    for item in old.namelist():
        data = old.read(item)
        if item == "word/document.xml":
            data = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'.encode()
        new.writestr(item, data)
twice = docx2txt.process("made.docx")
lost = "\n".join(paragraph.text for paragraph in docx.Document("made.docx").paragraphs)
print("docx2txt, the moved sentence:", twice.count("粮食产量12万吨"), "times; python-docx has the guided word:", "五亿元" in lost)
assert twice.count("粮食产量12万吨") == 2, twice
assert "五亿元" not in lost, lost
PY
