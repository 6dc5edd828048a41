#!/usr/bin/env bash
# python-calamine 0.9.1: a column of an Excel sheet that holds times comes back with two types: `date` for a value at midnight,
# `datetime` for any other. Sorting or comparing the column then raises for some files and not for others.
# Seen: date for 2024-01-01 00:00 and datetime for 2024-01-01 12:00 in cells of one format; sorted() raises TypeError.
source "$(dirname "$0")/lib.bash"
install python-calamine==0.9.1 openpyxl==3.1.5
run <<'PY'
import datetime
import openpyxl, python_calamine
book = openpyxl.Workbook()
for moment in (datetime.datetime(2024, 1, 1, 12), datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 2)):
    book.active.append([moment])
for row in book.active.iter_rows():
    row[0].number_format = "yyyy-mm-dd hh:mm"
book.save("made.xlsx")
column = [row[0] for row in python_calamine.CalamineWorkbook.from_path("made.xlsx").get_sheet_by_index(0).to_python()]
print([type(value).__name__ for value in column])
try:
    sorted(column)
except TypeError as error:
    print("sorted:", error)
    raised = True
else:
    raised = False
assert [type(value).__name__ for value in column] == ["datetime", "date", "date"], column
assert raised
PY
