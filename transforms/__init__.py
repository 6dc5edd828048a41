"""From bytes to rows, pure: no network, no clock, no environment, nothing written.

The rooms follow the way of a number::

    decode     bytes -> text with pages
    identify   text -> what the document is: kind, place, year
    dedupe     text -> a sketch by which copies are found
    text       text -> normalised view, headings, paragraphs, sentences
    numbers    sentence -> numerals, units, bounds, or the class of what is no quantity
    tables     table -> cells with their headings
    reading    number and its words -> indicator, statistic, period, modality
    explain    the steps of a reading, for people
    lexicon    the rules of all of them, as data

``extract`` joins tables and reading to the metrics of a document, ``corrections`` mends single readings, ``rows`` makes
rows of both, and ``pipeline`` takes one file through all steps.
"""
