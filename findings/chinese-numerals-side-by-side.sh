#!/usr/bin/env bash
# 三四百万 (three or four million) and 十七八 (seventeen or eighteen) are how Chinese says "about": two neighbouring digits. The
# packages that turn Chinese numerals into numbers do not know it: cn2an 0.5.24 refuses such a numeral, chinese2digits 6.0.2
# strings the digits together, so that three or four million become thirty-four million, without a warning.
# Seen: ValueError from the first for all three; 34000000, 88 and 78000 from the second.
source "$(dirname "$0")/lib.bash"
install cn2an==0.5.24 chinese2digits==6.0.2 setuptools==80.9.0
run <<'PY'
import contextlib, io
import cn2an, chinese2digits
def cn(text):
    try:
        return cn2an.cn2an(text, "smart")
    except ValueError as error:
        return f"ValueError: {str(error)[:40]}"
def c2d(text):
    with contextlib.redirect_stdout(io.StringIO()):
        return chinese2digits.takeNumberFromString(text)["digitsStringList"]
seen = {text: (cn(text), c2d(text)) for text in ("三四百万", "十七八", "七八千")}
for text, found in seen.items():
    print(text, *found, sep="  |  ")
assert all(first.startswith("ValueError") for first, _ in seen.values()), seen
assert [second for _, second in seen.values()] == [["34000000"], ["88"], ["78000"]], seen
PY
